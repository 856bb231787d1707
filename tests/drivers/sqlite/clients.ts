/**
 * What every SQLite client has to keep, run on each of them: values at the limits of their types,
 * hostile text, and failures. Knows no runtime.
 *
 * @module
 */
import {
  count,
  type Database,
  DataError,
  eq,
  gt,
  like,
  oneOf,
  openDatabase,
  query,
} from "../../../mod.ts";
import { sql } from "../../../drivers/sql.ts";
import { type SqliteClient, sqliteDriver } from "../../../drivers/sqlite.ts";
import { assertSame, show } from "../../conformance/same.ts";
import { assertDataError, failure, type Register } from "../../conformance/suite.ts";
import { blobs, keyed, LIMITS, plain, proto, schema } from "./client_samples.ts";
import { strange, TEXTS, texts } from "./client_samples.ts";

/** A client that opens files; `path` may be `:memory:`. */
export type OpenClient = (path: string) => SqliteClient;

/** Gives the path of a new file; the folder is removed by whoever made it. */
export type NewFile = () => string;

/** A suite that a driver on any SQLite client passes. */
export function testClient(
  name: string,
  openClient: OpenClient,
  newFile: NewFile,
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  const test = (title: string, fn: (db: Database, client: SqliteClient) => Promise<void>) =>
    register(`${name}: ${title}`, async () => {
      const client = openClient(":memory:");
      try {
        await using db = await openDatabase(schema, sqliteDriver(client));
        await fn(db, client);
      } finally {
        client.close();
      }
    });

  for (const type of ["bigint", "integer", "real", "date"] as const) {
    // One text for all of them; the types are those of one.
    const of = keyed[type] as unknown as typeof keyed.bigint;
    const values = LIMITS[type] as readonly unknown[] as readonly bigint[];
    const rows = values.map((n, at) => ({ id: type === "real" ? at as never : n, n }));
    const ids = rows.map(({ id }) => id);
    test(`${type} at its limits comes back as key, column, condition and in lists`, async (db) => {
      await db.insert(of, rows);
      assertSame(await db.all(query(of).orderBy("n")), rows);
      assertSame(await db.getMany(of, ids), rows);
      assertSame(await db.all(query(of).where({ n: oneOf(values) }).orderBy("id")), rows);
      for (const [at, row] of rows.entries()) {
        assertSame(await db.get(of, row.id), row, show(row.n));
        assertSame(await db.all(query(of).where({ n: eq(row.n) })), [row], show(row.n));
        assertSame(await db.count(query(of).where({ n: gt(row.n) })), rows.length - 1 - at);
        const fields = { code: "constraint", rule: "key", table: of.name } as const;
        await assertDataError(() => db.insert(of, row), fields);
      }
      const groups = await db.all(query(of).groupBy(["n"], { many: count() }).orderBy("n"));
      assertSame(groups, values.map((n) => ({ n, many: 1 })));
      for (const { id, n } of rows) assertSame((await db.update(of, id, { n }))?.n, n);
      for (const id of ids) assertSame(await db.delete(of, id), true, show(id));
    });
  }

  test("many keys at once, small and far, are found", async (db) => {
    const ids = Array.from({ length: 600 }, (_, i) => BigInt(i) * 2n ** 53n);
    await db.insert(keyed.bigint, ids.map((id) => ({ id, n: -id })));
    assertSame((await db.getMany(keyed.bigint, ids)).map((row) => row?.n), ids.map((id) => -id));
  });

  test("-0 is 0 in columns, and numbers in JSON are what they are", async (db) => {
    const numbers = [-0, 2 ** 53 + 2, -(2 ** 63), 1e21, 5e-324, Number.MAX_VALUE, 0.1 + 0.2];
    await db.insert(plain, [{ id: -0, real: -0, json: [0] }, { id: 1, json: { numbers } }]);
    assertSame(await db.get(plain, 0), { id: 0, real: 0, bigint: null, json: [0] });
    assertSame(await db.count(query(plain).where({ real: -0 })), 1);
    assertSame((await db.get(plain, 1))?.json, { numbers });
  });

  test("numbers out of range are refused, not wrapped", async (db) => {
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n]) {
      const error = await failure(() => db.insert(plain, { id: 1, bigint: value }));
      assertSame(error instanceof RangeError, true, show(error));
      const sought = await failure(() => db.all(query(plain).where({ bigint: value })));
      assertSame(sought instanceof RangeError, true, show(sought));
    }
    assertSame(await db.count(query(plain)), 0);
  });

  test("hostile text comes back as key, value, condition and in lists", async (db) => {
    await db.insert(texts, TEXTS.slice(0, -1).map((id) => ({ id, v: id })));
    for (const v of TEXTS) {
      await db.upsert(texts, { id: "one", v });
      assertSame((await db.get(texts, "one"))?.v, v);
      assertSame(await db.has(query(texts).where({ v })), true, show(v));
    }
    await db.delete(texts, "one");
    const ids = TEXTS.slice(0, -1);
    assertSame((await db.getMany(texts, ids)).map((row) => row?.v), ids);
    const listed = query(texts).where({ v: oneOf(ids) });
    assertSame(await db.count(listed), ids.length);
    const error = await failure(() => db.insert(texts, { id: "a\0b" }));
    assertSame(error instanceof RangeError, true, show(error));
  });

  test("bytes come back as arrays of their own, empty ones too", async (db) => {
    await db.insert(blobs, LIMITS.bytes.map((v, id) => ({ id, v })));
    const rows = await db.all(query(blobs).orderBy("id"));
    for (const [at, v] of LIMITS.bytes.entries()) {
      const read = rows[at]?.v;
      assertSame(read, v);
      assertSame(read?.constructor === Uint8Array, true, "a Uint8Array, no Buffer");
      assertSame(read?.buffer.byteLength, v.length, "a buffer of its own");
      assertSame(await db.all(query(blobs).where({ v }).select("id")), [{ id: at }]);
    }
    // Some clients see a buffer of its own that is empty, and take it for null.
    const empty = new Uint8Array(new ArrayBuffer(0));
    await db.upsert(blobs, { id: 1, v: empty });
    assertSame((await db.get(blobs, 1))?.v, empty);
    assertSame(await db.count(query(blobs).where({ v: empty })), 2);
    const [raw] = await sql(db, "SELECT typeof(?) AS type", [empty]);
    assertSame(raw?.type, "blob");
    await db.setValue("raw", empty);
    assertSame(await db.getValue("raw"), new Uint8Array());
  });

  test("values of the database keep numbers at the limits", async (db) => {
    for (const big of LIMITS.bigint) {
      await db.setValue("big", big);
      assertSame(await db.getValue("big"), big);
    }
    for (const far of LIMITS.real) {
      await db.setValue("far", far);
      assertSame(await db.getValue("far"), far);
    }
  });

  test("names that are not ASCII, or hold quotes, are names like others", async (db) => {
    const row = { id: 1, "sp alté?": "é?", "'q\"": 2n ** 60n };
    await db.insert(strange, row);
    assertSame(await db.all(query(strange).where({ "sp alté?": "é?" })), [row]);
    await db.update(strange, 1, { "'q\"": -1n });
    assertSame(await db.first(query(strange).select("'q\"")), { "'q\"": -1n });
    const [raw] = await sql(db, `SELECT 'é€\u{1F600}' AS a, ? AS b`, ["é€\u{1F600}"]);
    assertSame({ ...raw }, { a: "é€\u{1F600}", b: "é€\u{1F600}" });
  });

  test("a column may be called __proto__, also where conditions are left to the engine", async (db) => {
    const row = Object.fromEntries([["id", 1], ["__proto__", "Aé"]]) as never;
    await db.insert(proto, row);
    const is = (condition: unknown) => Object.fromEntries([["__proto__", condition]]) as never;
    for (const condition of ["Aé", like("a%", { ignoreCase: true }), like("_é")]) {
      assertSame(await db.all(query(proto).where(is(condition))), [row]);
    }
  });

  test("sql() binds every kind of value, and runs what gives no rows", async (db) => {
    const [row] = await sql(db, "SELECT ? AS a, ? AS b, ? AS c, ? AS d", [
      new Date(5),
      true,
      null,
      "x",
    ]);
    assertSame({ ...row }, { a: 5, b: 1, c: null, d: "x" });
    assertSame(await sql(db, "INSERT INTO texts (id) VALUES (?)", ["raw"]), []);
    assertSame(await db.get(texts, "raw"), { id: "raw", v: null });
    const error = await failure(() => sql(db, "SELECT nonsense"));
    assertSame(error instanceof DataError, true, show(error));
    assertSame(await sql(db, "SELECT id FROM texts WHERE 0"), []);
  });

  test("rows are written while others are iterated", async (db) => {
    await db.insert(plain, Array.from({ length: 50 }, (_, id) => ({ id })));
    let seen = 0;
    for await (const { id } of db.iterate(query(plain).orderBy("id"))) {
      await db.update(plain, id, { real: id });
      seen++;
    }
    assertSame([seen, await db.count(query(plain).where({ real: gt(-1) }))], [50, 50]);
  });

  test("a broken rule names its columns, and what comes next works", async (db) => {
    await db.insert(keyed.integer, { id: 1, n: 1 });
    const { columns } = await assertDataError(() => db.insert(keyed.integer, { id: 2, n: 1 }), {
      code: "constraint",
      rule: "unique",
      table: "k_integer",
    });
    assertSame(columns, ["n"]);
    const rows = [{ id: 3, n: 3 }, { id: 4, n: 1 }];
    await assertDataError(() => db.insert(keyed.integer, rows), { code: "constraint" });
    await db.insert(keyed.integer, { id: 2, n: 2 });
    assertSame(await db.count(query(keyed.integer)), 2);
  });

  registerFiles(name, openClient, newFile, register);
}

function registerFiles(
  name: string,
  openClient: OpenClient,
  newFile: NewFile,
  register: Register,
): void {
  register(`${name}: a lock of another client is waited for, and its end is noticed`, async () => {
    const path = newFile();
    const [client, other] = [openClient(path), openClient(path)];
    try {
      await using db = await openDatabase(schema, sqliteDriver(client));
      await db.insert(texts, { id: "a" });
      other.exec("BEGIN IMMEDIATE");
      other.exec("INSERT INTO texts (id) VALUES ('b')");
      let done = false;
      const waiting = db.insert(texts, { id: "c" }).then(() => done = true);
      await new Promise((resolve) => setTimeout(resolve, 120));
      assertSame(done, false);
      assertSame(await db.count(query(texts)), 1);
      other.exec("COMMIT");
      await waiting;
      const rows = await db.all(query(texts).orderBy("id"));
      assertSame(rows.map(({ id }) => id), ["a", "b", "c"]);
    } finally {
      other.close();
      client.close();
    }
  });

  register(`${name}: what was written is there when another client opens the file`, async () => {
    const path = newFile();
    const row = { id: 1, real: Infinity, bigint: 2n ** 63n - 1n, json: { a: ["\u{1F600}"] } };
    for (const round of [1, 2]) {
      const client = openClient(path);
      try {
        await using db = await openDatabase(schema, sqliteDriver(client));
        if (round === 1) await db.insert(plain, row);
        assertSame(await db.all(query(plain)), [row]);
      } finally {
        client.close();
      }
    }
  });

  register(`${name}: a client that is closed too early gives errors, and no crash`, async () => {
    const client = openClient(newFile());
    const db = await openDatabase(schema, sqliteDriver(client));
    await db.insert(texts, { id: "a" });
    assertSame(await db.count(query(texts)), 1);
    client.close();
    const runs: (() => Promise<unknown>)[] = [
      () => db.count(query(texts)),
      () => db.get(texts, "a"),
      () => db.getMany(texts, ["a", "b", "c"]),
      () => db.insert(texts, { id: "b" }),
      () => db.transaction(async (tx) => void await tx.insert(texts, { id: "c" })),
      () => sql(db, "SELECT 1"),
    ];
    for (const run of runs) {
      const error = await run().then(() => undefined, (error: unknown) => error);
      // What bun:sqlite has prepared runs on.
      if (error === undefined && name.includes("bun:sqlite")) continue;
      if (!(error instanceof DataError)) throw new Error(`No DataError: ${show(error)}`);
      assertSame(error.code, "closed", show(error.cause));
    }
    await db.close();
  });
}
