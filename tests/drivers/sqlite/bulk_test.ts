import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  bigint,
  boolean,
  bytes,
  createStore,
  date,
  increment,
  integer,
  json,
  openDatabase,
  query,
  real,
  table,
  text,
} from "../../../mod.ts";
import { type SqliteClient, sqliteDriver } from "../../../drivers/sqlite.ts";
import { assertSame } from "../../conformance/same.ts";
import { ASCENDING, TEXTS } from "../../conformance/samples.ts";
import * as better from "../../support/better_sqlite3_shape.ts";
import * as bun from "../../support/bun_sqlite_shape.ts";
import * as dbShape from "../../support/db_sqlite_shape.ts";

const JSON_VALUES = [null, 0, "0", true, [1, "a"], { a: { b: 1n } }, [new Date(0)], "\u{1F600}"];
const NULLABLE = {
  text: text().optional(),
  integer: integer().optional(),
  bigint: bigint().optional(),
  real: real().optional(),
  boolean: boolean().optional(),
  date: date().optional(),
  bytes: bytes().optional(),
  json: json<unknown>().optional(),
};
const KEYS = { text: text(), integer: integer(), bigint: bigint(), date: date(), bytes: bytes() };
type Type = keyof typeof NULLABLE;

/** The `n`th value of a type: each in turn, then null. */
function valueOf(type: Type, n: number): unknown {
  const values: readonly unknown[] = type === "json" ? JSON_VALUES : ASCENDING[type];
  return values[n % (values.length + 1)] ?? null;
}

/** All values of a row but its key's. */
function values(n: number): object {
  const types = Object.keys(NULLABLE) as Type[];
  return Object.fromEntries(types.map((type) => [type, valueOf(type, n)]));
}

/** Keys of a type, all of them different. */
const KEY_OF = {
  text: (n: number) => `${TEXTS[n % TEXTS.length]}${n}`,
  integer: (n: number) => n % 2 ? n - 300 : 2 ** 53 - 1 - n,
  bigint: (n: number) => 2n ** 63n - 1n - BigInt(n) * (2n ** 53n + 1n),
  date: (n: number) => new Date(n * 86_400_001 - 1e10),
  bytes: (n: number) => Uint8Array.of(n >> 8, n & 255),
};
type KeyType = keyof typeof KEY_OF;

/** Rows of more than go into one statement. */
function rowsOf(type: KeyType, size = 600) {
  return Array.from({ length: size }, (_, n) => ({ k: KEY_OF[type](n), n, ...values(n) }));
}

/** Clients with the statements that they prepare, or not: then undefined. */
interface Client {
  readonly db: SqliteClient & { close(): void };
  readonly texts: readonly string[] | undefined;
}

function node(): Client {
  const db = new DatabaseSync(":memory:");
  const texts: string[] = [];
  const prepare = db.prepare.bind(db);
  db.prepare = (sql: string) => {
    texts.push(sql);
    return prepare(sql);
  };
  return { db, texts };
}

/** A database in memory, the statements that it prepares, and a store that does the same. */
async function openBoth(type: KeyType, key: readonly string[], client = node()) {
  const name = 'a "b" strata'; // it has to be quoted
  const rows = table(
    name,
    { k: KEYS[type], n: integer(), ...NULLABLE } as typeof NULLABLE,
    { primaryKey: key as never },
  );
  const db = await openDatabase({ tables: [rows] }, sqliteDriver(client.db));
  const store = createStore({ tables: [rows] });
  const heard: string[] = [];
  db.changes(({ source }) => heard.push(source));
  return {
    ...{ db, store, rows, heard, texts: client.texts },
    async same(): Promise<void> {
      assertSame(await db.all(query(rows)), store.all(query(rows)));
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      client.db.close();
    },
  };
}

const SHAPES: Record<string, () => Client["db"]> = {
  "shape of @db/sqlite": () => new dbShape.Database(":memory:"),
  "shape of better-sqlite3": () => new better.Database(":memory:"),
  "shape of bun:sqlite": () => new bun.Database(":memory:"),
};
const CASES = (Object.keys(KEYS) as KeyType[]).flatMap((type) =>
  [["k"], ["n", "k"]].map((key) => ({ name: "node:sqlite", type, key, client: node }))
);
for (const [name, make] of Object.entries(SHAPES)) {
  const client = () => ({ db: make(), texts: undefined });
  CASES.push({ name, type: "bigint", key: ["k"], client: client as never });
}

for (const { name, type, key, client } of CASES) {
  Deno.test(`${name}: many rows are updated as in a store, by ${key} of ${type}`, async () => {
    await using both = await openBoth(type, key, client());
    const { db, store, rows, texts } = both;
    for (const source of [db, store]) await source.insert(rows, rowsOf(type) as never);
    for (const column of Object.keys(NULLABLE) as Type[]) {
      for (const n of [0, 3, -1]) {
        const patch = { [column]: n < 0 ? null : valueOf(column, n) };
        const counts = [await db.updateAll(rows, {}, patch), store.updateAll(rows, {}, patch)];
        assertEquals(counts[0], counts[1]);
      }
      await both.same();
    }
    if (texts) assert(texts.filter((text) => /^UPDATE .* IN \(/.test(text)).length > 8);
    // Each row gets values of its own.
    for (const shift of [1, 2, 3]) {
      const other = rowsOf(type).map((row, n) => ({ ...row, ...values(n * 7 + shift) }));
      for (const source of [db, store]) await source.upsert(rows, other as never);
      await both.same();
    }
    if (texts) assert(texts.some((text) => text.startsWith("WITH strata_v")));
    for (const column of Object.keys(NULLABLE) as Type[]) {
      const other = rowsOf(type).map(({ k, n }) => ({ k, n, [column]: valueOf(column, n + 5) }));
      for (const source of [db, store]) await source.upsert(rows, other as never);
    }
    await both.same();
    for (const source of [db, store]) {
      await source.updateAll(rows, {}, { integer: 1, bigint: 2n ** 53n, real: 0.1 } as never);
      await source.updateAll(
        rows,
        {},
        { integer: increment(2), bigint: increment(-3n), real: increment(0.2) } as never,
      );
    }
    await both.same();
  });
}

Deno.test("what many rows are updated by is counted, so that nobody else seems to have written", async () => {
  await using both = await openBoth("integer", ["k"]);
  const { db, rows, heard } = both;
  await db.insert(rows, rowsOf("integer") as never);
  for (const size of [1, 2, 15, 16, 17, 31, 500, 516, 600]) {
    await db.upsert(rows, rowsOf("integer", size).map((row) => ({ ...row, integer: 5 })) as never);
    await db.upsert(
      rows,
      rowsOf("integer", size).map((row, n) => ({ ...row, ...values(n + size) })) as never,
    );
    await db.updateAll(rows, {}, { real: size, integer: 0 });
    await db.updateAll(rows, {}, { integer: increment(1) });
    await db.all(query(rows));
  }
  assertEquals(new Set(heard), new Set(["local"]));
});
