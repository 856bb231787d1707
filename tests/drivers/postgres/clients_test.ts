import { PGlite } from "@electric-sql/pglite";
import { assertEquals, assertThrows } from "@std/assert";
import pg from "pg";
import {
  bigint,
  boolean,
  bytes,
  count,
  date,
  gte,
  integer,
  json,
  openDatabase,
  query,
  real,
  startsWith,
  table,
  text,
} from "../../../mod.ts";
import type { Driver } from "../../../db/driver.ts";
import { postgresDriver } from "../../../drivers/postgres.ts";
import { sql } from "../../../drivers/sql.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { assertDataError, until } from "../../conformance/suite.ts";
import { closing } from "../../db/subject.ts";
import { setting } from "../../model/runs.ts";
import { connect, end, newSchema } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

const things = table("things", {
  id: text().primaryKey(),
  n: integer().optional(),
  big: bigint(),
  r: real(),
  on: boolean(),
  at: date(),
  raw: bytes(),
  data: json<unknown>(),
}, { indexes: ["n"] });

const first = {
  ...{ id: "\u{1F600}'\"\\", n: null, big: -(2n ** 63n), r: 5e-324, on: true },
  ...{ at: new Date("-004712-01-01T00:00:00.001Z"), raw: new Uint8Array([0, 255, 92]) },
  data: { b: [1, null, "x"], a: new Map([[1, 2n]]) },
};
const second = {
  ...{ id: "", n: 2 ** 53 - 1, big: 2n ** 63n - 1n, r: -Infinity, on: false },
  ...{ at: new Date(253402300799999), raw: new Uint8Array(), data: [] },
};

/** Rows that go as lists, with what has a meaning in a list. */
const many = [
  "",
  "NULL",
  "null",
  "\\",
  '"',
  "{",
  "}",
  ",",
  "'",
  " a ",
  "\u{1F600}",
  "\n\t",
  '\\"',
  "{a,b}",
]
  .flatMap((odd, i) =>
    [0, 1].map((half) => ({
      ...{ id: `many ${odd} ${half}`, n: half ? i * 2 ** 40 : null, big: BigInt(i) - 2n ** 63n },
      ...{ r: i % 2 ? Infinity : 0.1, on: i % 3 === 0, at: new Date(i * 1e12 - 2e14) },
      ...{ raw: new Uint8Array([i, 92, 34, 0]), data: [half ? odd : null, new Map([[odd, 1n]])] },
    }))
  );

/** Reads and writes values of every type, a transaction, and what is told from outside. */
async function smoke(open: () => Driver): Promise<void> {
  await using db = await openDatabase({ tables: [things] }, open());
  await using other = await openDatabase({ tables: [things] }, open());
  const told: number[] = [];
  const stop = db.changes(({ seq, source }) => void (source === "process" && told.push(seq)));
  await other.insert(things, [first, second]);
  assertEquals(await db.all(query(things).orderBy("id")), [second, first]);
  assertEquals(await db.get(things, first.id), first);
  assertEquals(await db.count(query(things).where({ r: gte(0) })), 1);
  await until(() => told.length > 0);
  const error = await assertDataError(() => db.insert(things, first), { code: "constraint" });
  assertEquals([error.rule, error.table], ["key", "things"]);
  await db.transaction(async (tx) => {
    const row = await tx.get(things, "");
    await tx.update(things, "", { n: (row?.n ?? 0) - 1 });
    assertEquals(await tx.count(query(things).where({ n: 2 ** 53 - 2 })), 1);
    await assertDataError(() => tx.insert(things, first), { code: "constraint" });
    await tx.update(things, "", { on: true });
  });
  assertEquals((await other.get(things, ""))?.n, 2 ** 53 - 2);
  const groups = query(things).groupBy(["on"], { c: count() });
  assertEquals(await other.all(groups), [{ on: true, c: 2 }]);
  await db.insert(things, many);
  for (const row of many) assertEquals(await db.get(things, row.id), row);
  const taken = [...many.map((row) => ({ ...row, id: `${row.id} again` })), second];
  const again = await assertDataError(() => db.insert(things, taken), { code: "constraint" });
  assertEquals([again.rule, again.table], ["key", "things"]);
  await db.deleteAll(things, { id: startsWith("many") });
  const rows = await sql(db, 'SELECT count(*)::int AS n FROM things WHERE "on" = ? AND at > ?', [
    true,
    new Date(0),
  ]);
  assertEquals({ ...rows[0] }, { n: 1 });
  stop();
}

Deno.test("postgresDriver() takes a pool of pg, whatever its parsers are", async () => {
  const pool = new pg.Pool({
    connectionString: await newSchema(),
    max: 3,
    types: { getTypeParser: () => () => "parsed by its user" },
  });
  try {
    await using db = await openDatabase({ tables: [things] }, postgresDriver(pool));
    await db.insert(things, [first, second]);
    assertEquals(await db.all(query(things).orderBy("id")), [second, first]);
    const rows = await sql(db, "SELECT id FROM things");
    assertEquals(rows.map((row) => row.id), ["parsed by its user", "parsed by its user"]);
  } finally {
    await pool.end();
  }
});

Deno.test("postgresDriver() takes pools of one connection of pg and postgres.js", async () => {
  const pool = new pg.Pool({ connectionString: await newSchema(), max: 1 });
  try {
    await smoke(() => postgresDriver(pool));
  } finally {
    await pool.end();
  }
  const client = connect(await newSchema(), 1);
  try {
    await smoke(() => postgresDriver(client));
  } finally {
    await end(client);
  }
});

Deno.test("postgresDriver() takes a client of pg", async () => {
  const client = new pg.Client({ connectionString: await newSchema() });
  await client.connect();
  try {
    await smoke(() => postgresDriver(client));
  } finally {
    await client.end();
  }
});

Deno.test("postgresDriver() takes postgres.js without prepared statements, with types and transforms", async () => {
  const wrong = {
    to: 20,
    from: [16, 17, 20, 25, 114, 701, 1700],
    serialize: () => "0",
    parse: () => 0,
  };
  const client = connect(await newSchema(), 3, {
    prepare: false,
    types: { wrong },
    transform: { undefined: null, column: { from: (name: string) => `x_${name}` } },
  });
  try {
    await using db = await openDatabase({ tables: [things] }, postgresDriver(client));
    await db.insert(things, [first, second]);
    assertEquals(await db.all(query(things).orderBy("id")), [second, first]);
  } finally {
    await end(client);
  }
});

Deno.test("postgresDriver() refuses what is no client", () => {
  for (const wrong of [undefined, null, {}, () => {}, new Map(), { query() {} }]) {
    assertThrows(() => postgresDriver(wrong), TypeError, "Cannot use a client");
  }
});

Deno.test("postgresDriver() takes PGlite", async () => {
  const client = await PGlite.create();
  try {
    await smoke(() => postgresDriver(client));
  } finally {
    await client.close();
  }
});

if (setting("STRATA_LONG")) {
  testSource("pg", async (schema, options) => {
    const pool = new pg.Pool({ connectionString: await newSchema(), max: 3 });
    const db = await openDatabase(schema, postgresDriver(pool), options);
    return closing(db, () => pool.end());
  });
  testSource("PGlite", async (schema, options) => {
    const client = await PGlite.create();
    const db = await openDatabase(schema, postgresDriver(client), options);
    return closing(db, () => void client.close());
  });
}
