/**
 * The npm package, packed and put into an empty project: what is in it, on the Node of this machine, through esbuild
 * and `tsc --strict`. Other runtimes and bundlers are in `everywhere_test.ts`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { build, type BuildOptions, type BuildResult, type Metafile, stop } from "esbuild";
import { ENTRIES, placeOf, ROOT, VARIANTS } from "../../tools/npm/layout.ts";
import { manifest } from "../../tools/npm/manifest.ts";
import { checkTypes } from "./check_types.ts";
import { PROGRAM, serverPrints } from "./expected.ts";
import { inPage } from "./programs.ts";
import { compiled, consumerPath, packed, projectWith, run } from "./project.ts";

/** Its process ends some time after `stop`. */
const OF_ESBUILD = { sanitizeOps: false, sanitizeResources: false };
const PACKAGES = [
  ...["@preact/signals-core", "@types/react", "fake-indexeddb", "preact", "react", "typescript"],
];

Deno.test("the npm package works where it is installed", OF_ESBUILD, async (t) => {
  await using pack = await packed();
  const { files } = pack;
  const modules = [...files].filter(([place]) => place.endsWith(".js"));

  await t.step("it has all that exports names, and types for each entry point", () => {
    const exported = manifest()["exports"] as Record<string, string | Record<string, string>>;
    assertEquals(
      Object.keys(exported).sort(),
      [...ENTRIES.keys(), "./package.json"].sort(),
    );
    for (const targets of Object.values(exported)) {
      const paths = typeof targets === "string" ? [targets] : Object.values(targets);
      for (const path of paths) assert(files.has(path.slice("./".length)), path);
    }
  });

  await t.step("it names neither this machine nor a registry, nor TypeScript's sources", () => {
    for (const [place, text] of files) {
      assert(!text.includes(ROOT), place);
      assert(!/registry\.npmjs|file:\/\/\/(?:home|root|tmp)/.test(text), place);
    }
    for (const [place, text] of modules) {
      assert(!/\b(?:from|import)\b[^"\n;]*"\.[^"\n]*\.ts"/.test(text), place);
    }
  });

  await t.step("its source maps hold the sources", async () => {
    let checked = 0;
    for (const [place] of modules) {
      const map = JSON.parse(files.get(`${place}.map`) ?? "{}");
      assertEquals([map.version, map.sourceRoot ?? ""], [3, ""]);
      assertEquals(map.sources.length, 1);
      assert(/^\w+\.ts$/.test(map.sources[0]), `${place}: ${map.sources[0]}`);
      const source = ROOT + place.slice("esm/".length).replace(/\.js$/, ".ts");
      const text = await Deno.readTextFile(source).catch(() => undefined);
      if (text !== undefined && map.sourcesContent[0] === text) checked++;
    }
    assert(checked >= modules.length - VARIANTS.size - 2, `${checked} of ${modules.length}`);
  });

  await t.step("what stands for an entry point in a browser has its names", async () => {
    for (const [key, { source }] of VARIANTS) {
      const names = async (path: string) => {
        const { metafile } = await build({
          ...QUIET,
          absWorkingDir: ROOT,
          entryPoints: [path],
          packages: "external",
        });
        return Object.values(metafile?.outputs ?? {})[0]?.exports.sort();
      };
      assertEquals(await names(source), await names(ENTRIES.get(key)!), key);
    }
  });

  await using project = await projectWith(pack.tarball, PACKAGES, { "@types/node": "^20" });
  const { folder } = project;

  await t.step(
    "on Node: programs, files, requests, one DataError for all entry points",
    async () => {
      const file = await compiled("server", folder);
      const { stdout } = await run("node", [file], { cwd: folder });
      const found = JSON.parse(stdout);
      assert(found.auto === "file" || found.auto === "sqlite");
      assertEquals(found, serverPrints(found.auto));
    },
  );

  await t.step("importing any entry point changes nothing", async () => {
    const names = [...ENTRIES.keys()].map((key) => key.replace(".", "@strata/data"));
    await Deno.writeTextFile(
      `${folder}/imports.mjs`,
      `const before = Object.getOwnPropertyNames(globalThis).join();
for (const name of ${JSON.stringify(names)}) await import(name);
if (Object.getOwnPropertyNames(globalThis).join() !== before) throw new Error("globals");
const { webstorage } = await import("@strata/data");
let scoped = true;
try { webstorage("local").get("a"); } catch { scoped = false; }
console.log(scoped, process.getActiveResourcesInfo().filter((name) => name === "Timeout").length);`,
    );
    const { stdout } = await run("node", ["imports.mjs"], { cwd: folder });
    assertEquals(stdout, "false 0\n");
  });

  await t.step("esbuild bundles a page without anything of Node, and it works", async () => {
    const { metafile } = await bundle(folder, {
      entryPoints: [consumerPath("page.ts")],
      write: true,
      outfile: `${folder}/page.mjs`,
    });
    const used = inputsOf(metafile);
    assert(used.some((path) => path.endsWith("variants/file.js")));
    assert(used.some((path) => path.endsWith("drivers/opfs_worker.js")), "it is an effect");
    assert(!used.some((path) => path.startsWith("node:")));
    await Deno.writeTextFile(`${folder}/browser.mjs`, inPage("./page.mjs"));
    const { stdout } = await run("node", ["browser.mjs"], { cwd: folder });
    assertEquals(JSON.parse(stdout), [1, "dark", 4, "rejected", "rejected", ...PROGRAM]);
  });

  await t.step("esbuild takes only what is used", async () => {
    const partsOf = async (contents: string) => {
      const { metafile } = await bundle(folder, { stdin: { contents, resolveDir: folder } });
      return new Set(inputsOf(metafile).flatMap((path) => /\/esm\/(\w+)/.exec(path)?.[1] ?? []));
    };
    assertEquals(
      await partsOf(`import { table, text } from "@strata/data";
        console.log(table("a", { id: text().primaryKey() }).name);`),
      new Set(["schema"]),
    );
    const storage = await partsOf(`export { webstorage } from "@strata/data";`);
    assertEquals([...storage].sort(), ["schema", "webstorage"]);
    const store = await partsOf(`export { createStore, query } from "@strata/data";`);
    assertEquals([...store].sort(), ["engine", "query", "schema", "store"]);
    assertEquals(await partsOf(`import "@strata/data"; import "@strata/data/cache";`), new Set());
  });

  await t.step(
    "tsc --strict accepts every entry point with moduleResolution nodenext",
    async () => {
      await checkTypes(folder, ["every"]);
    },
  );
  await stop();
});

Deno.test(
  "the manifest knows which entry points import modules of Node, and which are there for an effect",
  OF_ESBUILD,
  async () => {
    const { metafile } = await build({
      ...QUIET,
      absWorkingDir: ROOT,
      entryPoints: [...ENTRIES.values()],
      packages: "external",
      splitting: true,
    });
    await stop();
    const outputs = metafile?.outputs ?? {};
    const reaches = (path: string, seen: Set<string>): boolean => {
      if (seen.has(path)) return false;
      seen.add(path);
      return outputs[path]?.imports.some((found) =>
        found.kind === "import-statement" &&
        (found.path.startsWith("node:") || reaches(found.path, seen))
      ) ?? false;
    };
    const ofNode = Object.entries(outputs)
      .filter(([path, { entryPoint }]) => entryPoint && reaches(path, new Set()))
      .map(([, { entryPoint }]) => entryPoint);
    const keys = [...ENTRIES].filter(([, source]) => ofNode.includes(source)).map(([key]) => key);
    assertEquals(keys.sort(), [...VARIANTS.keys()].sort());
    for (const { source } of VARIANTS.values()) {
      assert(placeOf(source, ".js").startsWith("esm/variants/"));
    }
  },
);

const QUIET = {
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  outdir: "out",
  logLevel: "silent",
} as const;

/** Bundles for a browser, with packages of a project. */
function bundle(folder: string, options: BuildOptions): Promise<BuildResult> {
  return build({
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    logLevel: "silent",
    absWorkingDir: folder,
    nodePaths: [`${folder}/node_modules`],
    platform: "browser",
    target: "es2022",
    ...options,
  });
}

/** The files of which something is in a bundle. */
function inputsOf(metafile: Metafile | undefined): string[] {
  return Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path)
  );
}
