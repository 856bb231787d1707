import type { ClientName } from "./clients.ts";
import type { Ended } from "./collected.ts";

/** What is run. */
export interface Suites {
  /** The runtime's program. */
  readonly command: string;
  /** The bundle of `suites.ts`. */
  readonly file: string;
  readonly client: ClientName | "memory";
  readonly size: "small" | "full";
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
export async function runSuites({ command, file, client, size }: Suites): Promise<SuitesEnded> {
  const folder = await Deno.makeTempDir({ prefix: "strata_suites_" });
  try {
    const { code, signal, stdout, stderr } = await new Deno.Command(command, {
      args: [file, client, size, folder],
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
