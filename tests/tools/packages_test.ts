import { assertEquals } from "@std/assert";
import { lint } from "./lint.ts";

function allows(path: string, specifier: string): boolean {
  return lint("packages", path, `import {} from "${specifier}"`).length === 0;
}

/** A package, a file that may import it, and one that may not. */
const CASES = [
  ["@preact/signals-core", "engine/a.ts", "store/a.ts"],
  ["@preact/signals-core", "webstorage/a.ts", "db/a.ts"],
  ["@preact/signals-core", "ui/preact.ts", "ssr/a.ts"],
  ["preact", "ui/preact.ts", "ui/react.ts"],
  ["preact/hooks", "ui/preact.ts", "engine/a.ts"],
  ["react", "ui/react.ts", "ui/preact.ts"],
  ["node:async_hooks", "ssr/scope.ts", "ssr/hydrate.ts"],
  ["node:fs", "drivers/file.ts", "drivers/sqlite.ts"],
  ["node:fs/promises", "db/blobs/bodies.ts", "db/open.ts"],
  ["node:worker_threads", "drivers/sqlite_worker.ts", "ssr/scope.ts"],
  ["node:sqlite", "drivers/auto.ts", "mod.ts"],
] as const;

for (const [specifier, inside, outside] of CASES) {
  Deno.test(`packages lets ${inside} import ${specifier}, not ${outside}`, () => {
    assertEquals(allows(inside, specifier), true);
    assertEquals(allows(outside, specifier), false);
  });
}

Deno.test("packages refuses all others in shipped code, however they are written", () => {
  const others = [
    "@std/assert",
    "@strata/data",
    "constructor",
    "dexie",
    "fs",
    "https://example.com/a.ts",
    "jsr:@std/assert",
    "npm:@preact/signals-core",
    "preact-iso",
  ];
  for (const specifier of others) assertEquals(allows("engine/a.ts", specifier), false, specifier);
  assertEquals(lint("packages", "engine/a.ts", 'await import("dexie")').length, 1);
});

Deno.test("packages leaves relative imports, tests and tools alone", () => {
  assertEquals(allows("engine/a.ts", "../schema/b.ts"), true);
  assertEquals(allows("tests/a.ts", "fast-check"), true);
  assertEquals(allows("tools/a.ts", "esbuild"), true);
});
