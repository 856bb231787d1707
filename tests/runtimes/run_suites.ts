import type { ClientName } from "./clients.ts";
import type { Ended } from "./collected.ts";

/** What is run. */
export interface Suites {
  /** The runtime's program. */
  readonly command: string;
  /** The bundle of `suites.ts`. */
  readonly file: string;
  readonly client: ClientName | "memory" | "worker";
  /** The bundle of `sqlite_worker_thread.ts`, where workers are started. */
  readonly thread?: string | undefined;
  readonly size: "small" | "full";
  /** A `node_modules` folder that holds the client. */
  readonly modules?: string | undefined;
}

/** How it ended, with all that was printed. */
export interface SuitesEnded extends Ended {
  readonly output: string;
}

/** Longer than any run takes; what hangs is ended. */
const LIMIT_MS = 30 * 60_000;

/**
 * Runs the suites on a runtime.
 *
 * @throws {Error} When they did not come to their end.
 */
export async function runSuites(suites: Suites): Promise<SuitesEnded> {
  const { command, file, client, size, modules, thread } = suites;
  const folder = await Deno.makeTempDir({ prefix: "strata_suites_" });
  try {
    // Packages are found from where the program lies.
    const program = `${folder}/suites.mjs`;
    await Deno.copyFile(file, program);
    if (thread !== undefined) await Deno.copyFile(thread, `${folder}/sqlite_worker_thread.mjs`);
    if (modules !== undefined) await Deno.symlink(modules, `${folder}/node_modules`);
    const { code, signal, stdout, stderr } = await new Deno.Command(command, {
      args: [program, client, size, folder],
      env: { NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
      signal: AbortSignal.timeout(LIMIT_MS),
    }).output();
    const decoder = new TextDecoder();
    const output = `${decoder.decode(stderr)}${decoder.decode(stdout)}`.trim();
    const [, passed, failed] = /(\d+) passed, (\d+) failed$/.exec(output) ?? [];
    if (passed === undefined || code > 1) {
      throw new Error(`The suites did not end: exit ${code}, signal ${signal}\n${output}`);
    }
    return { passed: Number(passed), failed: Number(failed), output };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
