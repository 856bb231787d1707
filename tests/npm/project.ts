import { build } from "esbuild";
import { installPackages } from "../../tools/bundle/install_packages.ts";
import { versionsOf } from "../../tools/bundle/peer_packages.ts";
import type { Files } from "../../tools/npm/compile.ts";
import { buildPackage } from "../../tools/npm/package.ts";

/** The built package, and its tarball. */
export interface Packed extends AsyncDisposable {
  readonly files: Files;
  readonly tarball: string;
}

/** Builds the package and packs it, as whoever publishes it does. */
export async function packed(): Promise<Packed> {
  const folder = await Deno.makeTempDir({ prefix: "strata_npm_" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const files = await buildPackage(`${folder}/package`);
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: `${folder}/package`,
    });
    const [found]: readonly { readonly filename: string }[] = JSON.parse(stdout);
    return { files, tarball: `${folder}/${found?.filename}`, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** An empty project with packages, and this one. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
}

/**
 * A project that has the tarball and `packages`, by their names in the import map or with versions. Nothing is
 * fetched but packages that Deno does not have yet.
 */
export async function projectWith(
  tarball: string,
  packages: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Project> {
  const project = await installPackages({ ...versionsOf(packages), ...more });
  const place = `${project.folder}/node_modules/@strata/data`;
  await Deno.mkdir(place, { recursive: true });
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", place]);
  await Deno.writeTextFile(`${project.folder}/package.json`, '{ "type": "module" }\n');
  return project;
}

/** Compiles a program of `tests/npm/consumer` into `folder`; packages stay where they are. */
export async function compiled(name: string, folder: string): Promise<string> {
  const outfile = `${folder}/${name}.mjs`;
  await build({
    entryPoints: [consumerPath(`${name}.ts`)],
    bundle: true,
    packages: "external",
    format: "esm",
    target: "es2022",
    outfile,
    logLevel: "silent",
  });
  return outfile;
}

/** A file of `tests/npm/consumer`. */
export function consumerPath(name: string): string {
  return decodeURIComponent(new URL(`./consumer/${name}`, import.meta.url).pathname);
}

/** How long a program may take, on a machine that does much else. */
const PATIENCE_MS = 300_000;

/** What a program wrote. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} With what it wrote, when it fails.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Output> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    ...options,
    env: { NO_COLOR: "1", npm_config_update_notifier: "false" },
    stdin: "null",
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) {
    // Bundles have lines that nobody wants to read.
    const lines = `${out}\n${err}`.split("\n").filter((line) => line.length < 500);
    throw new Error(`${command} ${args.join(" ")} failed\n${lines.slice(0, 60).join("\n")}`);
  }
  return { stdout: out ?? "", stderr: err ?? "" };
}
