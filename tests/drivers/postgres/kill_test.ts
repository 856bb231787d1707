import {
  count,
  type Database,
  DataError,
  integer,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { assertSame } from "../../conformance/same.ts";
import { sleep } from "../../db/subject.ts";
import { runsOf } from "../../model/runs.ts";
import { startCluster } from "../../support/postgres/cluster.ts";
import { connect, end } from "./open.ts";

const parts = table("parts", { id: text().primaryKey(), batch: integer() }, {
  indexes: ["batch"],
});
const totals = table("totals", { id: text().primaryKey(), n: integer() });

/** Writes batches until it is told to stop; gives those that were acknowledged, and those that may be there. */
async function write(
  db: Database,
  from: number,
  going: () => boolean,
): Promise<{ readonly done: number[]; readonly unknown: number[] }> {
  const done: number[] = [];
  const unknown: number[] = [];
  for (let batch = from; going(); batch++) {
    try {
      await db.transaction(async (tx) => {
        const total = await tx.get(totals, "t");
        await tx.insert(
          parts,
          Array.from({ length: 10 }, (_, i) => ({ id: `${batch} ${i}`, batch })),
        );
        await tx.update(totals, "t", { n: (total?.n ?? 0) + 10 });
      });
      done.push(batch);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      if (error.committed !== "no") unknown.push(batch);
      await sleep(20);
    }
  }
  return { done, unknown };
}

Deno.test("postgres: a server that is killed keeps what was acknowledged, and clients recover", async () => {
  await using server = await startCluster();
  const sql = connect(server.url(), 3);
  try {
    await using db = await openDatabase({ tables: [parts, totals] }, postgresDriver(sql));
    await db.insert(totals, { id: "t", n: 0 });
    const all: number[] = [];
    const rounds = runsOf(5);
    for (let round = 0; round < rounds; round++) {
      let going = true;
      const writing = write(db, round * 1_000_000, () => going);
      await sleep(100 + Math.random() * 200);
      await server.kill();
      await server.start();
      await sleep(200);
      going = false;
      const { done, unknown } = await writing;
      const batches = await db.all(query(parts).groupBy(["batch"], { n: count() }));
      assertSame(batches.filter(({ n }) => n !== 10), [], "half a batch");
      const there = new Set(batches.map(({ batch }) => batch));
      all.push(...done, ...unknown.filter((batch) => there.has(batch)));
      assertSame(all.filter((batch) => !there.has(batch)), [], "lost");
      assertSame(there.size, all.length, "written by nobody");
      assertSame((await db.get(totals, "t"))?.n, there.size * 10);
      const [log] = await sql`SELECT count(*)::int AS n, max(seq)::int AS last FROM strata_commits`;
      assertSame([log?.n, log?.last], [there.size + 1, there.size + 1], "seq without gaps");
    }
    if (all.length < rounds) throw new Error(`Only ${all.length} commits were acknowledged`);
  } finally {
    await end(sql);
  }
});

Deno.test("postgres: connections that are ended by the server are replaced", async () => {
  await using server = await startCluster();
  const sql = connect(server.url(), 2);
  const admin = connect(server.url(), 1);
  try {
    await using db = await openDatabase({ tables: [parts, totals] }, postgresDriver(sql));
    await db.insert(totals, { id: "t", n: 0 });
    let going = true;
    const writing = write(db, 0, () => going);
    for (let i = 0; i < 10; i++) {
      await sleep(20);
      await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`;
    }
    await sleep(100);
    going = false;
    const { done, unknown } = await writing;
    const n = (await db.get(totals, "t"))?.n ?? 0;
    assertSame(await db.count(query(parts)), n);
    assertSame(n >= done.length * 10 && n <= (done.length + unknown.length) * 10, true);
    if (done.length === 0) throw new Error("Nothing was written");
  } finally {
    await end(sql);
    await end(admin);
  }
});
