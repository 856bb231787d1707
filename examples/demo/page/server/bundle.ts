/**
 * @module
 */
import { build, type Metafile, type Plugin, stop } from "esbuild";

/** A script as browsers get it. */
export interface Script {
  readonly path: string;
  readonly text: string;
  /** Paths of the scripts that it imports. */
  readonly imports: readonly string[];
}

/** What was bundled before, and the times of the files that went into it. */
interface Kept {
  readonly inputs: Readonly<Record<string, number>>;
  readonly scripts: readonly Script[];
}

const FOLDER = new URL("../browser/", import.meta.url);
/** What bundles depend on besides the files that are in them. */
const OTHERS = [import.meta.url, import.meta.resolve("../../../../deno.json")].map(pathOf);

/** The scripts of `browser/` with these names, and what they share; at once if nothing has changed. */
export async function bundle(names: readonly string[]): Promise<readonly Script[]> {
  const cache = await caches.open("strata-atlas");
  const url = `https://bundle.invalid/${names.join()}`;
  const response = await cache.match(url);
  // What is kept was written below.
  const kept = await response?.json() as Kept | undefined;
  if (kept && isCurrent(kept)) return kept.scripts;
  const { scripts, inputs } = await buildScripts(names);
  await cache.put(url, Response.json({ inputs: timesOf(inputs), scripts }));
  return scripts;
}

async function buildScripts(
  names: readonly string[],
): Promise<{ scripts: readonly Script[]; inputs: readonly string[] }> {
  const { metafile, outputFiles } = await build({
    entryPoints: names.map((name) => pathOf(new URL(name, FOLDER))),
    outdir: Deno.cwd(),
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    write: false,
    metafile: true,
    logLevel: "silent",
    plugins: [importMap],
  });
  await stop();
  const scripts = outputFiles.map(({ path, text }) => scriptOf(fileName(path), text, metafile));
  return { scripts, inputs: [...Object.keys(metafile.inputs), ...OTHERS] };
}

function scriptOf(name: string, text: string, { outputs }: Metafile): Script {
  const imports = outputs[name]?.imports ?? [];
  return { path: `/${name}`, text, imports: imports.map(({ path }) => `/${path}`) };
}

function isCurrent({ inputs }: Kept): boolean {
  try {
    const times = timesOf(Object.keys(inputs));
    return Object.entries(inputs).every(([path, time]) => times[path] === time);
  } catch {
    return false; // a file is gone
  }
}

function timesOf(paths: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    paths.map((path) => [path, Deno.statSync(path).mtime?.getTime() ?? 0]),
  );
}

/** Finds packages by the import map, as no `node_modules` holds them. */
const importMap: Plugin = {
  name: "import-map",
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) => ({ path: pathOf(import.meta.resolve(path)) }));
  },
};

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function pathOf(url: string | URL): string {
  return decodeURIComponent(new URL(url).pathname);
}
