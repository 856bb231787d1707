import { setting } from "../../model/runs.ts";
import { startSqld } from "../../support/sqld.ts";
import { addTogether } from "../two_processes.ts";
import { counters, schema } from "../sqlite/children/increments.ts";
import { openAt } from "./open.ts";

const TIMES = setting("STRATA_LONG") ? 1_000 : 200;
const PROGRAM = new URL("./children/increments.ts", import.meta.url).href;
/** What is kept of the server itself outlives a test that waits for its streams. */
const server = { sanitizeOps: false, sanitizeResources: false };

async function check(url: string): Promise<void> {
  await using db = await openAt(url, schema);
  await db.insert(counters, { id: "c", n: 0 });
  await addTogether(db, PROGRAM, url, TIMES);
}

Deno.test(`libsql on a file: two processes with ${TIMES} increments each lose nothing`, async () => {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await check(`file:${folder}/data.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: `libsql over http: two processes with ${TIMES} increments each lose nothing`,
  ...server,
  async fn() {
    await using sqld = await startSqld();
    await check(sqld.http);
  },
});
