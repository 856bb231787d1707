import { build, type Plugin } from "esbuild";
import { gzipSync } from "node:zlib";
import { SIZE_ROWS, type SizeRow } from "../bundle/rows.ts";
import { ENTRIES, ROOT } from "./layout.ts";

/** A row of the size table, measured. */
export interface Measured extends SizeRow {
  /** At level 9. */
  readonly gzip: number;
}

/**
 * The size table of the package as it is installed in `folder`: the programs in `tools/size/`, with the package in
 * the place of the sources.
 */
export function packageSizes(folder: string): Promise<Measured[]> {
  return Promise.all(SIZE_ROWS.map(async (row) => {
    const { outputFiles } = await build({
      entryPoints: [`${ROOT}tools/size/${row.entry}`],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent",
      external: [...row.external ?? []],
      plugins: [fromPackage(folder)],
    });
    return { ...row, gzip: gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length };
  }));
}

/** Finds the sources that a program of the project imports as entry points of the package in `folder`. */
function fromPackage(folder: string): Plugin {
  const keys = new Map(Array.from(ENTRIES, ([key, source]) => [ROOT + source, key]));
  return {
    name: "from-package",
    setup(plugin) {
      plugin.onResolve({ filter: /./ }, ({ path, importer, kind }) => {
        if (kind === "entry-point" || !importer.startsWith(`${ROOT}tools/size/`)) return undefined;
        const source = decodeURIComponent(new URL(path, `file://${importer}`).pathname);
        const name = keys.get(source)?.replace(".", "@strata/data") ?? path;
        return plugin.resolve(name, { resolveDir: folder, kind: "import-statement" });
      });
    },
  };
}
