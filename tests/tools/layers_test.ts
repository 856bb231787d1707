import { assertEquals, assertStringIncludes } from "@std/assert";
import { lint } from "./lint.ts";

/** Whether the file at `from` may import the one at `to`, both from the root on. */
function allows(from: string, to: string, write = "import {} from"): boolean {
  const up = "../".repeat(from.split("/").length - 1) || "./";
  const source = write === "import()" ? `import("${up}${to}")` : `${write} "${up}${to}"`;
  return lint("layers", from, source).length === 0;
}

const TOPS = ["schema", "query", "engine", "store", "webstorage", "db", "drivers", "ssr", "ui"];
/** The folder table: what each may import of the others. */
const TABLE: Record<string, string> = {
  schema: "",
  query: "schema",
  engine: "schema query",
  store: "schema query engine",
  webstorage: "schema",
  db: "schema query engine",
  drivers: "schema query engine db",
  ssr: "schema query engine store webstorage db",
  ui: "schema query engine store webstorage db",
};

for (const [from, row] of Object.entries(TABLE)) {
  Deno.test(`layers lets ${from}/ import ${row || "nothing"}`, () => {
    const allowed = TOPS.filter((to) => to !== from && allows(`${from}/a.ts`, `${to}/b.ts`));
    assertEquals(allowed.join(" "), row);
  });
}

Deno.test("layers lets a folder import itself, and no shipped file import mod.ts or tests", () => {
  assertEquals(allows("store/a.ts", "store/deep/b.ts"), true);
  assertEquals(allows("store/deep/a.ts", "store/b.ts"), true);
  for (const to of ["mod.ts", "tests/a.ts", "tools/a.ts", "examples/a.ts"]) {
    assertEquals(allows("ssr/a.ts", to), false, to);
  }
});

Deno.test("layers keeps drivers, cache and blobs out of mod.ts", () => {
  assertEquals(allows("mod.ts", "store/mod.ts"), true);
  assertEquals(allows("mod.ts", "db/mod.ts"), true);
  for (const to of ["drivers/memory.ts", "db/cache/mod.ts", "db/blobs/mod.ts"]) {
    assertEquals(allows("mod.ts", to), false, to);
    assertEquals(allows("db/open.ts", to), false, to);
  }
  assertEquals(allows("db/cache/mod.ts", "db/open.ts"), true);
});

Deno.test("layers lets drivers share folders, not import one another", () => {
  assertEquals(allows("drivers/sqlite.ts", "drivers/sql/compile.ts"), true);
  assertEquals(allows("drivers/sqlite.ts", "drivers/libsql.ts"), false);
  assertEquals(allows("drivers/sql/compile.ts", "drivers/sqlite.ts"), false);
});

Deno.test("layers knows the exceptions of the style page, and no wider ones", () => {
  assertEquals(allows("drivers/auto.ts", "drivers/sqlite.ts", "import()"), true);
  assertEquals(allows("drivers/auto.ts", "drivers/sqlite.ts"), false);
  assertEquals(allows("drivers/opfs.ts", "drivers/sqlite.ts", "import()"), false);
  assertEquals(allows("drivers/web_storage.ts", "webstorage/area.ts"), true);
  assertEquals(allows("drivers/web_storage.ts", "webstorage/entries.ts"), false);
  assertEquals(allows("drivers/opfs.ts", "webstorage/area.ts"), false);
});

Deno.test("layers sees re-exports, types and import types", () => {
  for (const write of ["export * from", "export {} from", "import type {} from", "import"]) {
    assertEquals(allows("schema/a.ts", "query/b.ts", write), false, write);
  }
  const found = lint("layers", "schema/a.ts", 'export type A = import("../store/b.ts").B;');
  assertEquals(found.length, 1);
  assertStringIncludes(found[0] ?? "", '"store/b.ts"');
});

Deno.test("layers leaves tests, tools and examples alone", () => {
  for (const top of ["tests", "tools", "examples"]) {
    assertEquals(allows(`${top}/a.ts`, "drivers/memory.ts"), true);
  }
});

Deno.test("layers knows files by their absolute name", () => {
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  assertEquals(lint("layers", `${root}schema/a.ts`, 'import "../query/b.ts"').length, 1);
});
