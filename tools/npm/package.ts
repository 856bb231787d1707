import { compileModules, type Files } from "./compile.ts";
import { declareModules } from "./declare.ts";
import { placeOf, REPLACED, ROOT } from "./layout.ts";
import { manifest, type PackageOptions } from "./manifest.ts";

/** Texts that go into the package as they are. */
const TEXTS = ["README.md", "CHANGELOG.md", "LICENSE"];

/**
 * Builds the npm package into `folder`, which is emptied before. Gives its files by their places in it; esbuild
 * runs on.
 */
export async function buildPackage(folder: string, options: PackageOptions = {}): Promise<Files> {
  const [modules, declarations] = await Promise.all([compileModules(), declareModules()]);
  const files: Files = new Map([...modules, ...declarations, ...await others(options)]);
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await write(folder, files);
  return files;
}

/** Puts into a package that dnt has built what it does not make: variants, declarations, texts, the manifest. */
export async function finishPackage(folder: string, declarations: Files): Promise<void> {
  const modules = await compileModules();
  const own = new Set([...REPLACED.keys()].map((source) => placeOf(source, ".js")));
  const variants = [...modules].filter(([place]) =>
    place.startsWith("esm/variants/") || own.has(place.replace(/\.map$/, ""))
  );
  for await (const place of filesIn(`${folder}/esm`)) {
    if (place.endsWith(".d.ts")) await Deno.remove(place);
  }
  await write(folder, new Map([...variants, ...declarations, ...await others({})]));
}

async function others(options: PackageOptions): Promise<Files> {
  const files: Files = new Map();
  files.set("package.json", `${JSON.stringify(manifest(options), undefined, 2)}\n`);
  for (const name of TEXTS) files.set(name, await Deno.readTextFile(ROOT + name));
  return files;
}

async function write(folder: string, files: Files): Promise<void> {
  for (const [place, text] of files) {
    const path = `${folder}/${place}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
