/**
 * How memory grows while a million rows are iterated, in a process of its own: it prints the figures.
 *
 * @module
 */
import { query } from "../../../mod.ts";
import { collectGarbage } from "../harness.ts";
import { openStrata, todos } from "./strata.ts";

const COUNT = 1_000_000;

export interface Growth {
  /** The most over what was there before, in MiB, seen every 10,000 rows. */
  readonly heap: number;
  readonly rss: number;
  readonly seconds: number;
  readonly rows: number;
}

/** Runs it in a process of its own. */
export async function growthOfIterate(): Promise<Growth> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", import.meta.url],
  }).output();
  const text = new TextDecoder().decode(code === 0 ? stdout : stderr);
  if (code !== 0) throw new Error(`Cannot measure iterate as its process failed: ${text}`);
  return JSON.parse(text);
}

async function measure(path: string): Promise<Growth> {
  const { client, db } = await openStrata(path, "relaxed");
  client.exec(`INSERT INTO todos
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${COUNT - 1})
    SELECT format('todo-%07d', i), format('Task number %d', i), 'open', format('user-%d', i % 1000),
      (i * 7919) % ${COUNT}, i / 4.0, i % 2 FROM n`);
  client.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const all = query(todos).orderBy("priority");
  // Compiles, and fills what is filled once: the cache of pages too.
  for await (const _ of db.iterate(all.limit(20_000)));
  collectGarbage("major");
  const before = Deno.memoryUsage();
  let [heap, rss, rows] = [0, 0, 0];
  const start = performance.now();
  let last = -1;
  for await (const row of db.iterate(all)) {
    if (row.priority !== ++last) throw new Error("Cannot iterate in order: a row is missing");
    if (++rows % 10_000 > 0) continue;
    const now = Deno.memoryUsage();
    heap = Math.max(heap, now.heapUsed + now.external - before.heapUsed - before.external);
    rss = Math.max(rss, now.rss - before.rss);
  }
  const seconds = (performance.now() - start) / 1_000;
  await db.close();
  client.close();
  return { heap: heap / 2 ** 20, rss: rss / 2 ** 20, seconds, rows };
}

if (import.meta.main) {
  const folder = await Deno.makeTempDir({ prefix: "strata_bench_" });
  try {
    const growth = await measure(`${folder}/rows.db`);
    if (growth.rows !== COUNT) throw new Error("Cannot measure iterate as rows are missing");
    console.log(JSON.stringify(growth));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
