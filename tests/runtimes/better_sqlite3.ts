import { tmpdir } from "node:os";
import type { Installed, Runtime } from "./runtimes.ts";

/** What is built from source, with what builds it. */
export const BETTER_SQLITE3: Readonly<Record<string, string>> = {
  "better-sqlite3": "12.11.1",
  bindings: "1.5.0",
  "file-uri-to-path": "1.0.0",
  "node-gyp": "^12",
};

/** What the built package needs, besides its addon. */
const NEEDED = ["lib", "package.json", "build/Release/better_sqlite3.node"];

/**
 * A `node_modules` folder with better-sqlite3 for `runtime`. It is built with the headers that come
 * with the runtime, which takes minutes, and kept in the folder for temporary files.
 *
 * @throws {Error} When it can't be built: that takes Python, make and a C++ compiler.
 */
export async function betterSqlite3For(installed: Installed, runtime: Runtime): Promise<string> {
  const node = installed.commandOf(runtime);
  const headers = installed.headersOf(runtime);
  const { version } = JSON.parse(await Deno.readTextFile(`${headers}/package.json`));
  const name = `better_sqlite3_${BETTER_SQLITE3["better-sqlite3"]}_node_v${version}`;
  const kept = `${tmpdir()}/strata_${name}_${Deno.build.arch}`;
  if (await exists(kept)) return `${kept}/node_modules`;
  // Built beside it and moved when it is whole, so that nobody sees half of it.
  const building = await Deno.makeTempDir({ prefix: "strata_building_" });
  try {
    const source = `${building}/better-sqlite3`;
    await copy(installed.packageOf("better-sqlite3"), source);
    const { success, stdout, stderr } = await new Deno.Command(node, {
      args: [
        `${installed.packageOf("node-gyp")}/bin/node-gyp.js`,
        "rebuild",
        "--release",
        `--nodedir=${headers}`,
        `--jobs=${navigator.hardwareConcurrency}`,
      ],
      cwd: source,
    }).output();
    if (!success) {
      const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
      throw new Error(`better-sqlite3 could not be built for ${runtime}\n${output.slice(-4_000)}`);
    }
    const modules = `${building}/kept/node_modules`;
    await Deno.mkdir(`${modules}/better-sqlite3/build/Release`, { recursive: true });
    for (const path of NEEDED) await copy(`${source}/${path}`, `${modules}/better-sqlite3/${path}`);
    for (const dependency of ["bindings", "file-uri-to-path"]) {
      await copy(installed.packageOf(dependency), `${modules}/${dependency}`);
    }
    await Deno.rename(`${building}/kept`, kept).catch(async (error) => {
      if (!await exists(kept)) throw error; // another was first
    });
    return `${kept}/node_modules`;
  } finally {
    await Deno.remove(building, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Copies a file, or a folder with all that is in it. */
async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) await copy(`${from}/${name}`, `${to}/${name}`);
}
