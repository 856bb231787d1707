/**
 * Chunks of several sizes on SQLite in a file and on PostgreSQL with a server that it starts: put, get, and a range of
 * 64 KiB. `deno run -A --no-check --v8-flags=--expose-gc tests/bench/blobs/chunks.ts [MiB]`; `cache_browser_bench.ts`
 * has IndexedDB.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { blobs } from "../../../db/blobs/mod.ts";
import type { Driver } from "../../../db/driver.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { openDatabase } from "../../../mod.ts";
import { startCluster } from "../../support/postgres/cluster.ts";
import { compare, type Task } from "../harness.ts";
import { contentOf } from "./contestant.ts";

const SIZES = [64, 128, 256, 512, 1_024];
const MIB = 1 << 20;
const RANGE = 64 << 10;
const RANGES = 20;
const mib = Number(Deno.args[0] ?? 32);

async function measure(driver: Driver, name: string): Promise<void> {
  await using db = await openDatabase({ tables: [] }, driver);
  const stores = SIZES.map((kib) => ({
    name: `${kib} KiB`,
    store: blobs(db, `${kib}`, { chunkBytes: kib << 10 }),
  }));
  let seed = 0;
  const puts = stores.map(({ name, store }): Task => ({
    ...{ name, ops: mib, after: () => store.gc() },
    run: () => store.put("k", contentOf(mib * MIB, ++seed)),
  }));
  const gets = stores.map(({ name, store }): Task => ({
    ...{ name, ops: mib },
    async run() {
      let bytes = 0;
      for await (const piece of (await store.get("k"))?.stream() ?? []) bytes += piece.length;
      if (bytes !== mib * MIB) throw new Error(`${name} gave ${bytes} bytes`);
    },
  }));
  const ranges = stores.map(({ name, store }): Task => ({
    ...{ name, ops: RANGES },
    async run(round) {
      const blob = await store.get("k");
      for (let i = 0; i < RANGES; i++) {
        const at = ((round * RANGES + i) * 7_919_999) % (mib * MIB - RANGE);
        await blob?.slice(at, at + RANGE).bytes();
      }
    },
  }));
  for (const [title, tasks] of [["put", puts], ["get", gets], ["range", ranges]] as const) {
    const { figures } = await compare(title, tasks, { warmUp: 1, rounds: 3, garbage: "major" });
    for (const [size, { min, median }] of figures) {
      const [a, b] = title === "range"
        ? [min, median].map((us) => `${(us / 1_000).toFixed(2)} ms`)
        : [min, median].map((us) => `${(1e6 / us).toFixed(0)} MiB/s`);
      console.log(`${name}, ${title}`.padEnd(20), size.padEnd(9), `best ${a}, median ${b}`);
    }
  }
}

const folder = await Deno.makeTempDir({ prefix: "strata_bench_" });
try {
  const client = new DatabaseSync(`${folder}/data.db`);
  client.exec("PRAGMA page_size = 16384");
  await measure(sqliteDriver(client), "SQLite");
  client.close();
  await using cluster = await startCluster();
  const sql = postgres(cluster.url(), { onnotice() {}, fetch_types: false });
  await measure(postgresDriver(sql), "PostgreSQL");
  await sql.end();
} finally {
  await Deno.remove(folder, { recursive: true });
}
