/**
 * The release build of the npm package, with dnt: `deno run -A tools/npm_dnt.ts`, into `npm/`. It gives the layout
 * of `deno task npm`, which is the one that tests install.
 *
 * dnt comes from JSR alone. This has not been run yet: where it was written JSR could not be reached.
 *
 * @module
 */
import { stop } from "esbuild";
import { declareModules } from "./npm/declare.ts";
import { ENTRIES, ROOT } from "./npm/layout.ts";
import { finishPackage } from "./npm/package.ts";

/** What is used of dnt. */
interface Dnt {
  emptyDir(path: string): Promise<void>;
  build(options: Readonly<Record<string, unknown>>): Promise<void>;
}

// By a computed name, or every check of this project would look for it.
const { build, emptyDir }: Dnt = await import(["jsr:@deno/dnt", "^0.42"].join("@"));
const out = `${ROOT}npm`;
await emptyDir(out);
await build({
  entryPoints: Array.from(ENTRIES, ([name, source]) => ({ name, path: ROOT + source })),
  outDir: out,
  shims: {},
  scriptModule: false,
  declaration: "inline",
  declarationMap: false,
  skipSourceOutput: true,
  // The project has tests of the package itself.
  test: false,
  compilerOptions: {
    target: "ES2022",
    lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    sourceMap: true,
    inlineSources: true,
  },
  package: { name: "@strata/data", version: "0.0.0", devDependencies: { "@types/node": "^20" } },
});
// What differs by platform, and declarations that show no more than entry points do.
await finishPackage(out, await declareModules());
await stop();
