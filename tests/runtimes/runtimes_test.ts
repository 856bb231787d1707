import { assert } from "@std/assert";
import { bundled } from "./bundled.ts";
import { runSuites } from "./run_suites.ts";
import { installRuntimes } from "./runtimes.ts";

// Every runtime and client, with large sizes, is `deno task test:runtimes`.
const RUNS = [
  ["node 22", "node:sqlite"],
  ["bun", "bun:sqlite"],
] as const;
/** There are more; fewer say that the suites were not bundled whole. */
const LEAST = 350;

Deno.test("the suites pass on Node 22's node:sqlite and on Bun's bun:sqlite", async (t) => {
  await using installed = await installRuntimes(RUNS.map(([runtime]) => runtime));
  const file = await bundled(new URL("./suites.ts", import.meta.url), installed.folder);
  for (const [runtime, client] of RUNS) {
    await t.step(`${client} of ${runtime}`, async () => {
      const command = installed.commandOf(runtime);
      const { passed, failed, output } = await runSuites({
        command,
        file,
        client,
        size: "small",
      });
      assert(failed === 0, output);
      assert(passed > LEAST, `${passed} tests are too few\n${output}`);
    });
  }
});
