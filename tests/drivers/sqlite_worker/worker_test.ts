import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Commit,
  type Database,
  DataError,
  integer,
  openDatabase,
  query,
  type Schema,
  sum,
  table,
} from "../../../mod.ts";
import { sql } from "../../../drivers/sql.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { sqliteWorkerDriver } from "../../../drivers/sqlite_worker.ts";
import { assertFails } from "../../conformance/suite.ts";
import { until } from "../../conformance/suite.ts";
import { runsOf } from "../../model/runs.ts";
import { startWorker } from "./workers.ts";

const numbers = table("numbers", { n: integer().primaryKey(), k: integer().default(0) });
const schema: Schema = { tables: [numbers] };
/** It takes seconds: a product of three times 300 rows and more. */
const slow = query(numbers).join("b", numbers, { k: "k" }).join("c", numbers, { k: "k" })
  .groupBy([], { total: sum("n") });

/** A database on a file, in workers that a test can end. */
async function withFile(
  fn: (db: Database, path: string, workers: ReturnType<typeof startWorker>[]) => Promise<void>,
  rows = 300,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  const workers: ReturnType<typeof startWorker>[] = [];
  const worker = () => {
    const started = startWorker();
    workers.push(started);
    return started;
  };
  const path = `${folder}/data.db`;
  const db = await openDatabase(schema, sqliteWorkerDriver(path, { worker }));
  try {
    await db.insert(numbers, Array.from({ length: rows }, (_, n) => ({ n })));
    await fn(db, path, workers);
  } finally {
    await db.close();
    await Promise.all(workers.map((worker) => worker.terminate()));
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a slow query does not stop the event loop", () =>
  withFile(async (db) => {
    const ticks: number[] = [];
    const timer = setInterval(() => ticks.push(performance.now()), 5);
    const start = performance.now();
    await db.all(slow);
    clearInterval(timer);
    const took = performance.now() - start;
    const longest = ticks.reduce(
      ([most, before], at) => [Math.max(most, at - before), at] as [number, number],
      [0, start] as [number, number],
    )[0];
    assert(took > 200, `It took ${took} ms only`);
    assert(longest < took / 2, `Nothing went on for ${longest} of ${took} ms`);
  }));

Deno.test("an aborted read is given up at once, and the next call does not wait for its statement", () =>
  withFile(async (db, _path, workers) => {
    const start = performance.now();
    await db.all(slow);
    const whole = performance.now() - start;
    const larger = query(numbers).join("b", numbers, { k: "k" }).join("c", numbers, { k: "k" })
      .join("d", numbers, { k: "k" }).groupBy([], { total: sum("n") });
    const controller = new AbortController();
    const reading = db.all(larger, { signal: controller.signal }); // 300 times as long
    await new Promise((resolve) => setTimeout(resolve, 50));
    const aborted = performance.now();
    controller.abort(new Error("enough"));
    await assertRejects(() => reading, Error, "enough");
    const gaveUp = performance.now() - aborted;
    assertEquals(await db.get(numbers, 7), { n: 7, k: 0 });
    await db.insert(numbers, { n: 1_000 });
    const went = performance.now() - aborted;
    assert(gaveUp < 50, `It took ${gaveUp} ms`);
    assert(went < whole * 20, `It went on after ${went} ms`);
    assertEquals(workers.length, 2);
    await assertDataErrorOf(() => db.all(larger, { timeoutMs: 30 }), "timeout");
    assertEquals(await db.count(query(numbers)), 121);
    assertEquals(workers.length, 3);
  }, 120));

async function assertDataErrorOf(run: () => Promise<unknown>, code: string): Promise<void> {
  const error = await assertRejects(run, DataError);
  assertEquals(error.code, code);
}

Deno.test("a worker that ends is replaced, and a commit that was on its way is told", () =>
  withFile(async (db, _path, workers) => {
    let told = 0;
    for (let round = 0; round < runsOf(5); round++) {
      const n = 10_000 + round;
      const writing = db.insert(numbers, { n }).then(() => "yes", (error) => {
        assert(error instanceof DataError);
        told++;
        return error.committed;
      });
      for (let i = 0; i < Math.random() * 20; i++) await Promise.resolve();
      if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, Math.random()));
      void workers.at(-1)?.terminate();
      const committed = await writing;
      assertEquals(committed, await db.get(numbers, n) ? "yes" : "no");
      // Whatever is asked while a worker ends is asked again.
      const reading = Promise.all([db.count(query(numbers)), db.get(numbers, 3)]);
      void workers.at(-1)?.terminate();
      assertEquals((await reading)[1], { n: 3, k: 0 });
      let runs = 0;
      await db.transaction(async (tx) => {
        runs++;
        await tx.insert(numbers, { n: 20_000 + round, k: 1 });
        if (runs === 1) void workers.at(-1)?.terminate();
        await tx.update(numbers, 20_000 + round, { k: 1 });
        assertEquals(await tx.get(numbers, 20_000 + round), { n: 20_000 + round, k: 1 });
      }).catch((error) => {
        assert(error instanceof DataError);
        assert(error.committed !== undefined);
      });
    }
    assert(told <= runsOf(5));
  }));

Deno.test("what is in memory is lost with its worker, and the database closes", async () => {
  const workers: ReturnType<typeof startWorker>[] = [];
  const worker = () => {
    const started = startWorker();
    workers.push(started);
    return started;
  };
  const db = await openDatabase(schema, sqliteWorkerDriver(":memory:", { worker }));
  await db.insert(numbers, { n: 1 });
  await workers[0]?.terminate();
  await assertFails(() => db.get(numbers, 1), DataError);
  assertEquals((await db.closed).reason, "lost");
  assertEquals(workers.length, 1);
});

Deno.test("what others write to the file is heard of, strangers too", () =>
  withFile(async (db, path) => {
    const told: Commit[] = [];
    db.changes((commit) => told.push(commit));
    const client = new DatabaseSync(path);
    const other = await openDatabase(schema, sqliteDriver(client));
    await other.insert(numbers, { n: 5_000 });
    await until(() => told.length === 1);
    assertEquals([told[0]?.seq, told[0]?.source], [2, "process"]);
    client.exec("INSERT INTO numbers VALUES (5001, 0)");
    await until(() => told.length === 2);
    assertEquals([told[1]?.seq, told[1]?.tables.get(numbers)], [2, "unknown"]);
    await sql(db, "INSERT INTO numbers VALUES (?, 0)", [5_002]);
    await until(() => told.length === 3);
    assertEquals(await other.count(query(numbers)), 303);
    await other.close();
    client.close();
  }));

Deno.test("sqliteWorkerDriver() tells what it can not open", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "this is no database. ".repeat(500));
  const error = await assertRejects(
    () => openDatabase(schema, sqliteWorkerDriver(path)),
    DataError,
  );
  assertEquals([error.code, error.committed], ["corrupt", "no"]);
  await Deno.remove(path);
  const nowhere = `${path}/nowhere/data.db`;
  await assertDataErrorOf(() => openDatabase(schema, sqliteWorkerDriver(nowhere)), "unavailable");
  for (const wrong of [undefined, 5, "a\0b", new URL("https://example.com/data.db")]) {
    await assertFails(() => sqliteWorkerDriver(wrong as never), TypeError);
  }
});
