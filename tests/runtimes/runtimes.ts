import { installPackages } from "../../tools/bundle/install_packages.ts";
import { versionsOf } from "../../tools/bundle/peer_packages.ts";

/** Runtimes that are fetched from npm, by the versions that are tested. */
const VERSIONS = { "node 20": "20", "node 22": "22", "node 24": "24", bun: "1" } as const;
export type Runtime = keyof typeof VERSIONS;

/**
 * The version whose headers addons are built with, where it is not the one that runs. From 24.19 on
 * `ObjectWrap` takes back a cleanup hook when it is collected, which aborts the process when that happens
 * outside of any JavaScript, as in a bare loop of `prepare` with pauses.
 */
const HEADERS: Partial<Record<Runtime, string>> = { "node 24": "24.18.0" };

/** What the suites need besides this project. */
const LIBRARIES = ["@preact/signals-core", "fast-check"];

/** Runtimes in a folder, with what the suites import in its `node_modules`. */
export interface Installed extends AsyncDisposable {
  readonly folder: string;
  /** The program to run. */
  commandOf(runtime: Runtime): string;
  /** The folder whose `include` holds the headers of a Node. */
  headersOf(runtime: Runtime): string;
  /** The folder of a package. */
  packageOf(name: string): string;
}

/**
 * Fetches runtimes, and what else the suites need.
 *
 * @throws {TypeError} When npm's registry can't be reached, or has none for this machine.
 */
export async function installRuntimes(
  runtimes: readonly Runtime[],
  more: Readonly<Record<string, string>> = {},
): Promise<Installed> {
  const named = runtimes.flatMap((runtime) => {
    const program = [aliasOf(runtime), specifierOf(runtime, VERSIONS[runtime])] as const;
    const headers = HEADERS[runtime];
    return headers === undefined
      ? [program]
      : [program, [headersAliasOf(runtime), specifierOf(runtime, headers)] as const];
  });
  const installed = await installPackages({
    ...versionsOf(LIBRARIES),
    ...Object.fromEntries(named),
    ...more,
  });
  const packageOf = (name: string) => `${installed.folder}/node_modules/${name}`;
  return {
    ...installed,
    packageOf,
    headersOf: (runtime) =>
      packageOf(HEADERS[runtime] === undefined ? aliasOf(runtime) : headersAliasOf(runtime)),
    commandOf(runtime) {
      const program = runtime === "bun" ? "bun" : "node";
      const windows = Deno.build.os === "windows";
      const bin = windows && program === "node" ? `${program}.exe` : `bin/${program}`;
      return `${packageOf(aliasOf(runtime))}/${windows && program === "bun" ? `${bin}.exe` : bin}`;
    },
  };
}

function aliasOf(runtime: Runtime): string {
  return runtime.replace(" ", "-") + "-program";
}

function headersAliasOf(runtime: Runtime): string {
  return runtime.replace(" ", "-") + "-headers";
}

/** The package that holds the program itself: those with the plain names fetch it by a script. */
function specifierOf(runtime: Runtime, version: string): string {
  const { os, arch } = Deno.build;
  const x64 = arch === "x86_64";
  if (runtime === "bun") {
    const cpu = x64 ? "x64" : "aarch64";
    return `npm:@oven/bun-${os}-${cpu}${x64 && !hasAvx2() ? "-baseline" : ""}@${version}`;
  }
  const system = os === "windows" ? "win" : os;
  const prefix = os === "darwin" && !x64 ? "node-bin" : "node";
  return `npm:${prefix}-${system}-${x64 ? "x64" : "arm64"}@${version}`;
}

/** Whether the processor can run what is built for those of 2013 and later. */
function hasAvx2(): boolean {
  if (Deno.build.os !== "linux") return true;
  return Deno.readTextFileSync("/proc/cpuinfo").includes("avx2");
}
