import { assertEquals, assertRejects } from "@std/assert";
import { avg, bigint, integer, openDatabase, query, table } from "../../../mod.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { connect, end, newSchema } from "./open.ts";

const bigs = table("bigs", { id: integer().primaryKey(), n: bigint() });

/** Fails when its first rows are on their way already. */
const HALF = "SELECT 10 / (3 - n) FROM generate_series(1, 5) AS n";

Deno.test("postgresDriver() reads all rows after a statement that failed half way, of its own or not", async () => {
  const sql = connect(await newSchema(), 1);
  try {
    await using db = await openDatabase({ tables: [bigs] }, postgresDriver(sql));
    const huge = 2n ** 53n + 1n;
    await db.insert(bigs, [1, 2, 3, 4].map((id) => ({ id, n: id < 3 ? 1n : huge })));
    await assertRejects(() => sql.unsafe(HALF, [], { prepare: true }), Error, "division by zero");
    assertEquals(await db.count(query(bigs)), 4);
    await assertRejects(() => sql.unsafe(HALF, [], { prepare: true }), Error, "division by zero");
    assertEquals((await db.all(query(bigs))).map(({ id }) => id), [1, 2, 3, 4]);
    // The mean of numbers past 2^53 is refused by the server, and worked out here.
    const means = query(bigs).groupBy(["id"], { mean: avg("n") });
    assertEquals((await db.all(means)).map(({ mean }) => mean), [1, 1, 2 ** 53, 2 ** 53]);
    const rows = await sql`SELECT id FROM bigs ORDER BY id`;
    assertEquals([...rows].map((row) => row?.["id"]), ["1", "2", "3", "4"]);
  } finally {
    await end(sql);
  }
});

for (const fetch_types of [true, false]) {
  Deno.test(`postgresDriver() begins with a client that has no connection, fetch_types ${fetch_types}`, async () => {
    const url = await newSchema();
    for (let i = 0; i < 2; i++) {
      const sql = connect(url, 2, { fetch_types });
      try {
        await using db = await openDatabase({ tables: [bigs] }, postgresDriver(sql));
        await Promise.all([
          db.insert(bigs, { id: i, n: 1n }),
          db.count(query(bigs)),
          db.transaction((tx) => tx.count(query(bigs))),
        ]);
        assertEquals(await db.count(query(bigs)), i + 1);
      } finally {
        await end(sql);
      }
    }
  });
}

Deno.test("postgresDriver() leaves a busy pool of postgres.js to others, and takes its turn", async () => {
  const sql = connect(await newSchema(), 2);
  try {
    await using db = await openDatabase({ tables: [bigs] }, postgresDriver(sql));
    // More at once than the client puts on one connection.
    const others = Array.from({ length: 500 }, (_, i) => sql`SELECT ${i}::int AS i`);
    const own = Array.from({ length: 50 }, (_, id) =>
      db.transaction(async (tx) => {
        await tx.insert(bigs, { id, n: BigInt(await tx.count(query(bigs))) });
      }));
    assertEquals((await Promise.all(others)).map(([row]) => row?.["i"]), others.map((_, i) => i));
    await Promise.all(own);
    assertEquals(await db.count(query(bigs)), 50);
    const [open] = await sql`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE state LIKE 'idle in transaction%' AND datname = current_database()`;
    assertEquals(open?.["n"], 0);
  } finally {
    await end(sql);
  }
});
