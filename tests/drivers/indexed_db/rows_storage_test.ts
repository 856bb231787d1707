import "fake-indexeddb/auto";
import { assert, assertEquals } from "@std/assert";
import {
  type Database,
  DataError,
  gte,
  increment,
  integer,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { recover } from "../../../db/driver.ts";
import { coreTable, coreTables } from "../../../db/core_tables.ts";
import { assertDataError } from "../../conformance/suite.ts";
import { faultyFactory } from "./faulty_factory.ts";
import { layoutDriver, type Layouts } from "./layouts.ts";

/** In the mixed layout the first is kept a record a row, the second in the log. */
const items = table("items", {
  id: integer().primaryKey(),
  n: integer(),
  name: text().optional().unique(),
}, { indexes: ["n"] });
const totals = table("totals", { id: text().primaryKey(), n: integer() });
const schema: Schema = { tables: [items, totals] };

let names = 0;
const newName = () => `rows ${names++}`;

function open(name: string, layouts: Layouts, factory = indexedDB): Promise<Database> {
  return openDatabase(schema, layoutDriver(factory, name, layouts));
}
const rowsOf = (count: number, from = 0) =>
  Array.from(
    { length: count },
    (_, i) => ({ id: from + i, n: (from + i) % 10, name: `${from + i}` }),
  );
async function contents(db: Database): Promise<string> {
  return JSON.stringify([await db.all(query(items)), await db.all(query(totals))]);
}
/** One commit that writes a table of either kind. */
const both = (db: Database, id: number) =>
  db.transaction(async (tx) => {
    await tx.insert(items, { id, n: id });
    await tx.upsert(totals, { id: "t", n: id });
  });

/** Runs `fn` with the stores of a database, as another program would. */
async function raw(name: string, fn: (store: (name: string) => IDBObjectStore) => void) {
  const request = indexedDB.open(name);
  await new Promise((resolve) => request.onsuccess = resolve);
  const tx = request.result.transaction([...request.result.objectStoreNames], "readwrite");
  fn((name) => tx.objectStore(name));
  await new Promise((resolve) => tx.oncomplete = resolve);
  request.result.close();
}

/** How many records were read while `fn` runs. */
async function recordsRead(fn: () => Promise<unknown>): Promise<number> {
  let read = 0;
  const classes = [IDBObjectStore.prototype, IDBIndex.prototype];
  const before = classes.map(({ getAll }) => getAll);
  for (const [i, each] of classes.entries()) {
    each.getAll = function (this: IDBObjectStore & IDBIndex, ...args: []) {
      const request = before[i]!.apply(this, args);
      request.addEventListener("success", () => {
        if (this.name === "rows" || this.name === "entries") read += request.result.length;
      });
      return request;
    };
  }
  try {
    await fn();
  } finally {
    for (const [i, each] of classes.entries()) each.getAll = before[i]!;
  }
  return read;
}

Deno.test("tables move between the layouts when they are opened otherwise, and lose nothing", async () => {
  const name = newName();
  let expected: string | undefined;
  for (const layouts of ["log", "rows", "mixed", "log", "mixed", "rows", "log"] as const) {
    const db = await open(name, layouts);
    if (expected === undefined) await db.insert(items, rowsOf(600));
    else assertEquals(await contents(db), expected);
    await db.update(items, 7, { n: increment(1) });
    await db.upsert(totals, { id: layouts, n: db.seq });
    expected = await contents(db);
    await db.close();
  }
});

Deno.test("a table that moves while the connection is cut has each row once", async () => {
  const faulty = faultyFactory(indexedDB);
  for (let at = 0; at < 8; at++) {
    const name = newName();
    const log = await open(name, "log");
    await log.insert(items, rowsOf(1_200));
    await log.close();
    // Only the write of that number is cut off, when it is stored already.
    faulty.cut(...Array.from({ length: at }, () => undefined as never), "after");
    let db: Database;
    try {
      db = await open(name, "rows", faulty.factory);
    } catch (error) {
      assert(error instanceof DataError && error.code === "unavailable", `${error}`);
      db = await open(name, "rows");
    }
    faulty.cut();
    assertEquals(await db.count(query(items)), 1_200);
    assertEquals((await db.all(query(items))).length, 1_200);
    await db.close();
  }
});

Deno.test("a tab that keeps a table otherwise is told that another version took over", async () => {
  const name = newName();
  const old = await open(name, "log");
  const db = await open(name, "rows");
  await db.insert(totals, { id: "a", n: 1 });
  await assertDataError(() => old.all(query(totals)), { code: "closed" });
  assertEquals(await old.closed, { reason: "version" });
  await db.close();
});

Deno.test("a commit over both layouts is all there or not at all, wherever it is cut off", async () => {
  const faulty = faultyFactory(indexedDB);
  const name = newName();
  const db = await open(name, "mixed", faulty.factory);
  await both(db, 1);
  for (const kind of ["closed", "before", "after"] as const) {
    faulty.cut(kind);
    await both(db, db.seq + 1);
    assertEquals([await db.count(query(items)), (await db.get(totals, "t"))?.n], [db.seq, db.seq]);
  }
  const before = await contents(db);
  faulty.cut("before", "before");
  assertEquals((await assertDataError(() => both(db, 9), { code: "unavailable" })).committed, "no");
  faulty.cut("full");
  assertEquals((await assertDataError(() => both(db, 9), { code: "full" })).committed, "no");
  assertEquals(await contents(db), before);
  await both(db, 9);
  const after = await contents(db);
  await db.close();
  const again = await open(name, "mixed");
  assertEquals(await contents(again), after);
  await again.close();
});

Deno.test("any call of IndexedDB may fail: the error is typed, nothing is half done, the next works", async () => {
  const name = newName();
  const db = await open(name, "mixed");
  await db.insert(items, rowsOf(3));
  const methods = [
    "get",
    "getAll",
    "getAllKeys",
    "put",
    "add",
    "delete",
    "count",
    "openKeyCursor",
  ] as const;
  const store = IDBObjectStore.prototype;
  const real = Object.fromEntries(methods.map((method) => [method, store[method]]));
  let calls = 0;
  let failing = Infinity;
  for (const method of methods) {
    store[method] = function (this: IDBObjectStore, ...args: []): never {
      if (++calls >= failing && failing > 0) {
        const error = new DOMException("Fault", "UnknownError");
        Object.defineProperty(this.transaction, "error", { get: () => error, set: () => {} });
        this.transaction.abort();
        throw error;
      }
      return Reflect.apply(real[method]!, this, args) as never;
    };
  }
  try {
    const step = async () => {
      await both(db, 100);
      await db.updateAll(items, { n: gte(1) }, { n: increment(1) });
      return await db.all(query(items).orderBy("n").limit(2));
    };
    const clean = await contents(db);
    for (let at = 1;; at++) {
      [calls, failing] = [0, at];
      const error = await step().then(() => undefined, (error) => error);
      failing = Infinity;
      if (!error) break;
      assert(error instanceof DataError && error.code === "unavailable", `${at}: ${error}`);
      const [rows, sums] = JSON.parse(await contents(db));
      assertEquals(rows.some(({ id }: { id: number }) => id === 100), sums.length === 1, `${at}`);
      await db.deleteAll(totals, {});
      await db.deleteAll(items, { id: gte(3) });
      await db.updateAll(items, { n: gte(2) }, { n: increment(-1) });
      if (await contents(db) !== clean) {
        for (const { id, n } of rowsOf(3)) await db.update(items, id, { n });
      }
    }
    assert(calls > 10, `${calls}`);
  } finally {
    for (const method of methods) Object.assign(store, { [method]: real[method] });
    await db.close();
  }
});

Deno.test("two sessions with transactions on rows lose no update", async () => {
  const name = newName();
  const [here, there] = [await open(name, "rows"), await open(name, "rows")];
  await here.insert(totals, { id: "c", n: 0 });
  const add = (db: Database) =>
    db.transaction(async (tx) => {
      const row = await tx.get(totals, "c");
      await tx.update(totals, "c", { n: (row?.n ?? NaN) + 1 });
    });
  for (let i = 0; i < 40; i++) {
    await Promise.all([add(here), add(there), there.update(totals, "c", { n: increment(1) })]);
  }
  assertEquals([(await here.get(totals, "c"))?.n, (await there.get(totals, "c"))?.n], [120, 120]);
  await here.close();
  await there.close();
});

Deno.test("a window in the order of an index reads what it needs, with getAllRecords and without", async () => {
  const name = newName();
  const db = await open(name, "rows");
  await db.insert(items, rowsOf(3_000));
  const page = query(items).orderBy("n").limit(20);
  const later = query(items).where({ n: 4 }).after({ ...rowsOf(1, 1_504)[0]! }).limit(5);
  assertEquals(await recordsRead(() => db.all(page)), 20);
  assert(await recordsRead(() => db.all(later)) <= 6);
  assertEquals(await recordsRead(() => db.count(query(items).where({ n: 3 }))), 0);
  assertEquals(await db.count(query(items).where({ n: 3 })), 300);
  const last = query(items).orderBy("n", "desc").limit(30);
  const expected = await db.all(last);
  assertEquals(expected.map(({ id }) => id), rowsOf(30).map(({ id }) => 2_999 - 10 * id));
  const records = [IDBObjectStore.prototype, IDBIndex.prototype].map((each) =>
    [each, Object.getOwnPropertyDescriptor(each, "getAllRecords")] as const
  );
  for (const [each] of records) Reflect.deleteProperty(each, "getAllRecords");
  assertEquals(await db.all(last), expected);
  for (const [each, all] of records) if (all) Object.defineProperty(each, "getAllRecords", all);
  await db.close();
});

Deno.test("rows that are changed, gone or none of ours are told, and recover() gives the others", async () => {
  const damages: [string, number, (store: (name: string) => IDBObjectStore) => void][] = [
    ["a changed row", 2, (store) => {
      store("rows").openCursor().onsuccess = (event) => {
        const cursor = (event.target as IDBRequest<IDBCursorWithValue>).result;
        cursor.update({ ...cursor.value, t: cursor.value.t.replace("0", "7") });
      };
    }],
    ["a row without its entries", 2, (store) => {
      store("rows").openCursor().onsuccess = (event) => {
        const cursor = (event.target as IDBRequest<IDBCursorWithValue>).result;
        cursor.update({ ...cursor.value, x: [] });
      };
    }],
    ["no row", 2, (store) => {
      store("rows").openCursor().onsuccess = (event) => {
        (event.target as IDBRequest<IDBCursorWithValue>).result.update("x");
      };
    }],
    ["a missing row", 2, (store) => {
      store("rows").openCursor().onsuccess = (event) => {
        (event.target as IDBRequest<IDBCursorWithValue>).result.delete();
      };
    }],
    ["all rows", 0, (store) => store("rows").clear()],
    ["the list of tables", 0, (store) => store("state").put("x", "rows")],
  ];
  for (const [what, left, damage] of damages) {
    const name = newName();
    const db = await open(name, "rows");
    await db.insert(items, rowsOf(3));
    await db.close();
    await raw(name, damage);
    const read = async () => {
      const again = await open(name, "rows");
      try {
        return await again.all(query(items));
      } finally {
        await again.close();
      }
    };
    const error = await read().then(() => undefined, (error) => error);
    assert(error instanceof DataError && error.code === "corrupt", `${what}: ${error}`);
    const rows = await Array.fromAsync(recover(layoutDriver(indexedDB, name, "rows")));
    assertEquals([what, rows.length], [what, left]);
  }
});

Deno.test("tables of the core's own are kept a record a row, and take part in commits", async () => {
  const name = newName();
  const own = [coreTable("strata_test", { id: text().primaryKey(), data: text() })];
  const [here, there] = [await open(name, "log"), await open(name, "log")];
  const [mine, theirs] = [await coreTables(here, own), await coreTables(there, own)];
  await mine.insert(own[0]!, { id: "a", data: "1" });
  assertEquals((await theirs.get(own[0]!, "a"))?.data, "1");
  await here.insert(totals, { id: "t", n: 1 });
  assertEquals((await there.get(totals, "t"))?.n, 1);
  assertEquals(here.live(query(totals)).value, [{ id: "t", n: 1 }]); // they are in memory still
  await here.close();
  await there.close();
  let stored = 0;
  await raw(name, (store) => {
    store("rows").count().onsuccess = (event) => stored = (event.target as IDBRequest).result;
  });
  assertEquals(stored, 1);
  const again = await open(name, "rows");
  assertEquals((await (await coreTables(again, own)).get(own[0]!, "a"))?.data, "1");
  await again.close();
});
