import { assert, assertEquals, assertRejects } from "@std/assert";
import { build, stop } from "esbuild";
import { openDatabase, query, table, text } from "../../mod.ts";
import { autoDriver } from "../../drivers/auto.ts";

const notes = table("notes", { id: text().primaryKey() });
const schema = { tables: [notes] };

/** A program in a folder of its own, with what Deno is to allow. */
async function inFolder(folder: string, code: string, ...allow: string[]): Promise<string> {
  const [auto, mod] = ["../../drivers/auto.ts", "../../mod.ts"].map((path) =>
    import.meta.resolve(path)
  );
  const text = `import { autoDriver } from "${auto}";
    import { openDatabase, query, table, text } from "${mod}";
    const notes = table("notes", { id: text().primaryKey() });
    ${code}`;
  const program = `${folder}/program.ts`;
  await Deno.writeTextFile(program, text);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--no-prompt", ...allow],
      ...["--config", new URL("../../deno.json", import.meta.url).pathname, program],
    ],
    cwd: folder,
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trim();
}

const USE = `
  const driver = await autoDriver("../a/b");
  const db = await openDatabase({ tables: [notes] }, driver);
  await db.insert(notes, { id: String(await db.count(query(notes))) });
  console.log(JSON.stringify([driver.name, await db.count(query(notes)), ...driver.reasons]));
  await db.close();`;

async function withFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("autoDriver() takes node:sqlite on a server, in a file of the working directory", () =>
  withFolder(async (folder) => {
    for (const count of [1, 2]) {
      assertEquals(JSON.parse(await inFolder(folder, USE, "-A")), [
        "sqlite",
        count,
        "sqlite: taken",
        "file: not tried, sqlite is better",
        "memory: not needed, sqlite keeps data",
      ]);
    }
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
    assertEquals(names, ["..%2Fa%2Fb.sqlite", "program.ts"]);
  }));

Deno.test("autoDriver() takes a file where there is no node:sqlite, and memory where nothing can be written", () =>
  withFolder(async (folder) => {
    const without = `process.getBuiltinModule = () => undefined; ${USE}`;
    for (const count of [1, 2]) {
      assertEquals(JSON.parse(await inFolder(folder, without, "-A")), [
        "file",
        count,
        "sqlite: there is no node:sqlite here",
        "file: taken",
        "memory: not needed, file keeps data",
      ]);
    }
    assertEquals(JSON.parse(await inFolder(folder, USE, "--allow-read", "--allow-env")), [
      "memory",
      1,
      "sqlite: it fails with NotCapable",
      "file: it fails with NotCapable",
      "memory: taken, data is gone with the program",
    ]);
  }));

Deno.test("autoDriver() closes the client that it has opened, also when opening fails", () =>
  withFolder(async (folder) => {
    const fails = `
      const driver = await autoDriver("x");
      const wrong = { tables: [notes], version: 2, migrations: { 2: () => { throw new Error("no"); } } };
      await (await openDatabase({ tables: [notes], version: 1 }, driver)).close();
      console.log(await openDatabase(wrong, driver).catch((error) => error.message));
      await (await openDatabase({ tables: [notes], version: 1 }, driver)).close();
      for (const { name } of Deno.readDirSync(".")) if (name.startsWith("x")) console.log(name);`;
    assertEquals(await inFolder(folder, fails, "-A"), "no\nx.sqlite");
  }));

Deno.test("autoDriver() refuses a name that is no well-formed text", async () => {
  for (const name of [undefined, 1, "\uD800"]) {
    await assertRejects(() => autoDriver(name as never), TypeError);
  }
});

Deno.test("autoDriver() gives a driver as others, which says why it is this one", async () => {
  const driver = await autoDriver("strata auto test");
  try {
    await using db = await openDatabase(schema, driver);
    await db.insert(notes, { id: "a" });
    assertEquals(await db.count(query(notes)), 1);
    assertEquals(driver.supports.sql, true);
    assert(driver.reasons.includes("sqlite: taken"));
  } finally {
    await Deno.remove("strata%20auto%20test.sqlite");
  }
});

Deno.test("autoDriver() is bundled for a browser without anything of a server", {
  sanitizeOps: false, // of the process of esbuild, which ends when it likes
  sanitizeResources: false,
}, async () => {
  const { outputFiles: [bundle], warnings } = await build({
    entryPoints: [new URL("../../drivers/auto.ts", import.meta.url).pathname],
    ...{ bundle: true, format: "esm", platform: "browser", write: false, logLevel: "silent" },
    external: ["@preact/signals-core"],
  });
  await stop();
  assertEquals(warnings, []);
  assert(bundle && !/["']node:(?!sqlite)/.test(bundle.text));
});
