import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  bigint,
  bytes,
  type Database,
  DataError,
  date,
  gte,
  integer,
  json,
  openDatabase,
  query,
  real,
  table,
  text,
} from "../../mod.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";

const loose = table("loose", {
  id: integer().primaryKey(),
  n: integer().optional(),
  r: real().optional(),
  t: text().optional(),
  d: date().optional(),
  g: bigint().optional(),
  y: bytes().optional(),
  j: json<unknown>().optional(),
});
const nulls = table("nulls", { k: text().primaryKey(), v: integer().optional() });

/** Tables that take anything, as others make them. */
async function adopted(): Promise<{ db: Database; client: DatabaseSync }> {
  const client = new DatabaseSync(":memory:");
  client.exec(`CREATE TABLE loose (
    id INTEGER PRIMARY KEY, n INTEGER, r REAL, t TEXT, d INTEGER, g INTEGER, y BLOB, j TEXT);
    INSERT INTO loose VALUES (1, 'secret', 'secret', x'01', 'secret', 'secret', 'secret', '{secret');
    INSERT INTO loose VALUES (2, 1.5, 1, 'ok', 0, 1, x'01', '{}');
    INSERT INTO loose VALUES (3, 3, 1, 'ok', 0, 1, x'01', '{}');
    CREATE TABLE nulls (k TEXT PRIMARY KEY, v INTEGER);
    INSERT INTO nulls VALUES (NULL, 1), ('a', 2)`);
  const tables = [loose, nulls];
  return { client, db: await openDatabase({ tables }, sqliteDriver(client), { adopt: true }) };
}

Deno.test("adopted tables: what is no value of its column's type is an error", async () => {
  const { db, client } = await adopted();
  const corrupt = async (call: () => Promise<unknown>, column?: string) => {
    const error = await assertRejects(call, DataError);
    assertEquals([error.code, error.table], ["corrupt", "loose"]);
    if (column !== undefined) assertEquals(error.columns, [column]);
    assert(!Deno.inspect(error).includes("secret"), error.message);
  };
  const first = query(loose).where({ id: 1 });
  for (const column of ["n", "r", "t", "d", "y"] as const) {
    await corrupt(() => db.all(first.select(column)), column);
    await corrupt(() => db.all(first.select({ other: column })), column);
    await corrupt(() => db.all(query(loose).groupBy([column], {}).orderBy(column)), column);
  }
  await corrupt(() => db.all(first.select("g")));
  await corrupt(() => db.all(first.select("j")));
  await corrupt(() => db.get(loose, 1));
  await corrupt(() => db.get(loose, 2), "n");
  await corrupt(() => db.getMany(loose, [3, 2]), "n");
  const joined = query(nulls).where({ k: "a" }).join("other", loose, { id: "v" });
  await corrupt(() => db.all(joined), "n");
  await corrupt(
    () => db.all(query(nulls).where({ k: "a" }).include("others", loose, { id: "v" })),
    "n",
  );
  await corrupt(() => db.update(loose, 2, { t: "new" }), "n");
  await corrupt(() => db.updateAll(loose, {}, { t: "new" }));
  await corrupt(() => db.transaction(async (tx) => void await tx.get(loose, 2)), "n");
  await corrupt(() => db.delete(loose, 1));
  assertEquals((await db.get(loose, 3))?.n, 3);
  assertEquals((await db.update(loose, 3, { n: 4 }))?.n, 4);
  await db.close();
  client.close();
});

Deno.test("adopted tables: no write passes over a row whose key is null", async () => {
  const { db, client } = await adopted();
  const calls = [
    () => db.deleteAll(nulls, {}),
    () => db.updateAll(nulls, {}, { v: 3 }),
    () => db.claim(query(nulls), { v: 3 }),
    () => db.all(query(nulls)),
  ];
  for (const call of calls) {
    const error = await assertRejects(call, DataError, "a key is never null");
    assertEquals([error.code, error.table, error.columns], ["corrupt", "nulls", ["k"]]);
  }
  assertEquals(await db.deleteAll(nulls, { k: gte("") }), 1);
  await db.close();
  client.close();
});
