import { build, transform } from "esbuild";
import { ENTRIES, placeOf, REPLACED, ROOT, VARIANTS } from "./layout.ts";

/** Files of a package by their places in it. */
export type Files = Map<string, string>;

/** What Node 20 and browsers of 2022 understand; `using` is no part of it. */
const TARGET = "es2022";
/** An import, export or worker's address that names a source. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)"(\.{1,2}\/[^"]+)\.ts"/g;

/**
 * The modules of the package, one for each source, with maps. What several entry points share stays one
 * module, so that its classes and its state are the same for all of them.
 */
export async function compileModules(): Promise<Files> {
  const files: Files = new Map();
  const compiled = (await sources()).map(async (source) => {
    const { code, map } = await compile(source);
    const place = placeOf(source, ".js");
    files.set(place, code);
    files.set(`${place}.map`, map);
  });
  await Promise.all(compiled);
  return files;
}

/** What entry points and variants run, from the project's root on; sources of types alone aren't among it. */
async function sources(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [...ENTRIES.values(), ...Array.from(VARIANTS.values(), ({ source }) => source)],
    bundle: true,
    metafile: true,
    write: false,
    outdir: "out",
    format: "esm",
    target: TARGET,
    packages: "external",
    logLevel: "silent",
  });
  return Object.keys(metafile.inputs);
}

async function compile(source: string): Promise<{ readonly code: string; readonly map: string }> {
  const from = REPLACED.get(source) ?? source;
  const name = nameOf(from);
  const { code, map } = await transform(await Deno.readTextFile(ROOT + from), {
    loader: "ts",
    format: "esm",
    target: TARGET,
    // A path would be one of this machine; the text of the source is in the map.
    sourcefile: name,
    sourcemap: "external",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
  });
  const named = code.replaceAll(
    SPECIFIER,
    (_, before, path) => `${before}"${moduleSpecifier(source, `${path}.ts`)}"`,
  );
  const end = `//# sourceMappingURL=${nameOf(placeOf(source, ".js"))}.map\n`;
  return { code: named + end, map };
}

/** How the module of a source names that of another, which the source names by `specifier`. */
function moduleSpecifier(source: string, specifier: string): string {
  const target = new URL(specifier, `file:///${source}`).pathname.slice(1);
  const [from, to] = [placeOf(source, ".js").split("/"), placeOf(target, ".js").split("/")];
  let same = 0;
  while (same < from.length - 1 && from[same] === to[same]) same++;
  const up = "../".repeat(from.length - 1 - same);
  return (up || "./") + to.slice(same).join("/");
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
