/**
 * The suites on every runtime and client: `deno task test:runtimes [name...]` runs those whose name
 * holds one of the words, or all. Slow: better-sqlite3 is built from source, once for each Node.
 *
 * Prints the failures and time of each; the last line is `N passed, N failed`. Exits with 1 if
 * anything failed.
 *
 * @module
 */
import { BETTER_SQLITE3, betterSqlite3For } from "../tests/runtimes/better_sqlite3.ts";
import { bundled } from "../tests/runtimes/bundled.ts";
import type { ClientName } from "../tests/runtimes/clients.ts";
import type { Ended } from "../tests/runtimes/collected.ts";
import { runSuites } from "../tests/runtimes/run_suites.ts";
import { type Installed, installRuntimes, type Runtime } from "../tests/runtimes/runtimes.ts";

/** Node 20 has no SQLite of its own. */
const RUNS: readonly (readonly [Runtime, ClientName | "memory" | "worker"])[] = [
  ["node 22", "node:sqlite"],
  ["node 24", "node:sqlite"],
  ["bun", "bun:sqlite"],
  ["node 22", "worker"],
  ["node 24", "worker"],
  ["node 20", "memory"],
  ["node 22", "memory"],
  ["node 24", "memory"],
  ["bun", "memory"],
  ["node 20", "better-sqlite3"],
  ["node 22", "better-sqlite3"],
  ["node 24", "better-sqlite3"],
];

const chosen = RUNS.filter(([runtime, client]) =>
  Deno.args.length === 0 || Deno.args.some((word) => `${client} on ${runtime}`.includes(word))
);
const builds = chosen.some(([, client]) => client === "better-sqlite3");
const runtimes = new Set(chosen.map(([runtime]) => runtime));
await using installed = await installRuntimes([...runtimes], builds ? BETTER_SQLITE3 : {});
const program = new URL("../tests/runtimes/suites.ts", import.meta.url);
const file = await bundled(program, installed.folder);
const script = new URL("../drivers/sqlite_worker_thread.ts", import.meta.url);
const thread = await bundled(script, installed.folder);
const total = { passed: 0, failed: 0 };
for (const [runtime, client] of chosen) {
  const start = performance.now();
  const { passed, failed } = await run(installed, runtime, client);
  total.passed += passed;
  total.failed += failed;
  const seconds = ((performance.now() - start) / 1_000).toFixed(1).padStart(6);
  const state = failed === 0 ? "ok    " : "FAILED";
  console.log(`${state} ${client} on ${runtime}`.padEnd(36), `${seconds} s  ${passed} passed`);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
Deno.exitCode = total.failed === 0 ? 0 : 1;

async function run(
  installed: Installed,
  runtime: Runtime,
  client: ClientName | "memory" | "worker",
): Promise<Ended> {
  try {
    const command = installed.commandOf(runtime);
    const modules = client === "better-sqlite3"
      ? await betterSqlite3For(installed, runtime)
      : undefined;
    const ended = await runSuites({ command, file, client, size: "full", modules, thread });
    if (ended.failed > 0) console.log(ended.output);
    return ended;
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1 };
  }
}
