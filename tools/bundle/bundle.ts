import { build, type BuildOptions, type Plugin } from "esbuild";
import { gzipSync } from "node:zlib";

/** Sizes of a bundle in bytes. */
export interface BundleSize {
  readonly minified: number;
  /** At level 9. */
  readonly gzip: number;
}

/** What is bundled: a file, or a program whose packages lie in a folder's `node_modules`. */
export type BundleInput =
  | { readonly file: URL; readonly external?: readonly string[] }
  | { readonly program: string; readonly folder: string };

/** Bundles and minifies for the browser, as an application's build would. */
export async function bundleSize(input: BundleInput): Promise<BundleSize> {
  const { outputFiles: [bundle] } = await build({
    ...("file" in input ? fromFile(input.file, input.external ?? []) : {
      stdin: { contents: input.program, resolveDir: input.folder, loader: "ts" as const },
    }),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  if (bundle === undefined) {
    throw new TypeError("Cannot measure a bundle as there is to be one file: none came out");
  }
  const { contents } = bundle;
  return { minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length };
}

function fromFile(file: URL, external: readonly string[]): BuildOptions {
  return {
    entryPoints: [decodeURIComponent(file.pathname)],
    external: [...external],
    plugins: [importMap(external)],
  };
}

/** Finds packages by deno.json's import map, as no `node_modules` holds them. */
function importMap(external: readonly string[]): Plugin {
  return {
    name: "import-map",
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path }) => {
        if (external.includes(path)) return { path, external: true };
        return { path: decodeURIComponent(new URL(import.meta.resolve(path)).pathname) };
      });
    },
  };
}
