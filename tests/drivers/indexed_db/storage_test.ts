import "fake-indexeddb/auto";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Commit,
  type Database,
  DataError,
  increment,
  integer,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { recover } from "../../../db/driver.ts";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";
import { assertDataError, until } from "../../conformance/suite.ts";
import { faultyFactory } from "./faulty_factory.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const schema: Schema = { tables: [counters] };
const add = (db: Database) => db.update(counters, "c", { n: increment(1) });
const count = async (db: Database) => (await db.get(counters, "c"))?.n;

let names = 0;

/** A database with one row, and how to open it once more. */
async function setUp(factory = indexedDB) {
  const name = `storage ${names++}`;
  const open = () => openDatabase(schema, indexedDbDriver(factory, { name }));
  const db = await open();
  await db.insert(counters, { id: "c", n: 0 });
  return { name, db, open };
}

/** Runs `fn` with the stores of a database, as another program would. */
async function raw(name: string, fn: (store: (name: string) => IDBObjectStore) => void) {
  const db = await promised(indexedDB.open(name));
  const tx = db.transaction([...db.objectStoreNames], "readwrite");
  fn((name) => tx.objectStore(name));
  await new Promise((resolve) => tx.oncomplete = resolve);
  db.close();
}
function promised<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

Deno.test("two sessions on one IndexedDB hear of each other's commits, in order", async () => {
  const { db: here, open } = await setUp();
  const there = await open();
  const heard: Commit[] = [];
  there.changes((commit) => heard.push(commit));
  for (let i = 0; i < 3; i++) await add(here);
  await until(() => heard.length === 3);
  assertEquals(heard.map(({ seq, source }) => [seq, source]), [
    [2, "process"],
    [3, "process"],
    [4, "process"],
  ]);
  await Promise.all([add(there), add(here), add(there), add(here)]);
  await until(() => heard.length === 7);
  assertEquals(heard.map(({ seq }) => seq), [2, 3, 4, 5, 6, 7, 8]);
  assertEquals([await count(here), await count(there)], [7, 7]);
  await here.close();
  await there.close();
});

Deno.test("two sessions fold and commit at once on one IndexedDB, and lose nothing", async () => {
  const { db: here, open } = await setUp();
  const there = await open();
  // More than is folded at.
  for (let i = 0; i < 700; i++) await Promise.all([add(here), add(there)]);
  const ones = [await count(here), await count(there)];
  await here.close();
  await there.close();
  const again = await open();
  assertEquals([...ones, await count(again), again.seq], [1_400, 1_400, 1_400, 1_401]);
  await again.close();
});

Deno.test("records that are damaged, gone or none of ours are told, and never an empty database", async () => {
  const damages: [string, (store: (name: string) => IDBObjectStore) => void][] = [
    ["a commit", (store) => store("log").put(new Uint8Array([1, 2, 3]).buffer, 3)],
    ["half a commit", (store) => {
      const log = store("log");
      const request = log.get(4);
      request.onsuccess = () => log.put(request.result.slice(0, -5), 4);
    }],
    ["no bytes", (store) => store("log").put("x", 3)],
    ["a commit between", (store) => store("log").delete(3)],
    ["the snapshot", (store) => store("chunks").clear()],
    ["the head", (store) => store("state").delete("head")],
    ["a head", (store) => store("state").put({ format: 1 }, "head")],
    ["all but the head", (store) => (store("log").clear(), store("chunks").clear())],
  ];
  for (const [what, damage] of damages) {
    const { name, db, open } = await setUp();
    for (let i = 0; i < 3; i++) await add(db);
    await db.close();
    await raw(name, damage);
    const error = await open().then(() => undefined, (error) => error);
    assert(error instanceof DataError && error.code === "corrupt", `${what}: ${error}`);
  }
});

Deno.test("recover() gives what is left in IndexedDB, and nothing is made by it", async () => {
  const { name, db } = await setUp();
  await add(db);
  await db.close();
  await raw(name, (store) => store("state").delete("head"));
  const left = await Array.fromAsync(recover(indexedDbDriver(indexedDB, { name })));
  assertEquals(left, [{ table: "counters", row: { id: "c", n: 1 } }]);
  const none = indexedDbDriver(indexedDB, { name: "none" });
  await assertDataError(() => Array.fromAsync(recover(none)), { code: "unavailable" });
  assertEquals((await indexedDB.databases()).some(({ name }) => name === "none"), false);
});

Deno.test("a database of another program, or of a newer version, is left as it is", async () => {
  const foreign = indexedDB.open("foreign");
  foreign.onupgradeneeded = () => foreign.result.createObjectStore("things");
  (await promised(foreign)).close();
  const open = (name: string) => openDatabase(schema, indexedDbDriver(indexedDB, { name }));
  await assertDataError(() => open("foreign"), { code: "unavailable" });
  (await promised(indexedDB.open("newer", 7))).close();
  await assertDataError(() => open("newer"), { code: "version" });
  const { name, db } = await setUp();
  await db.close();
  await raw(name, (store) => store("state").put({ format: 2 }, "head"));
  await assertDataError(() => open(name), { code: "version" });
});

Deno.test("a database that is deleted or upgraded closes, and keeps nobody waiting", async () => {
  const first = await setUp();
  await promised(indexedDB.deleteDatabase(first.name));
  assertEquals(await first.db.closed, { reason: "lost" });
  await assertDataError(() => add(first.db), { code: "closed" });
  const second = await setUp();
  (await promised(indexedDB.open(second.name, 2))).close();
  assertEquals(await second.db.closed, { reason: "version" });
});

Deno.test("a commit begins at whatever moment it comes after another", async () => {
  const { db } = await setUp();
  let n = 0;
  for (let later = 0; later < 40; later++) {
    await add(db);
    for (let i = 0; i < later; i++) await Promise.resolve();
    let done = false;
    const next = add(db).then(() => done = true);
    await until(() => done);
    await next;
    assertEquals(await count(db), n += 2);
  }
  await db.close();
});

Deno.test("a dropped connection is made again, and a commit cut off is made once", async () => {
  const faulty = faultyFactory(indexedDB);
  const { db } = await setUp(faulty.factory);
  let n = 0;
  for (const kind of ["closed", "before", "after"] as const) {
    faulty.cut(kind);
    await Promise.all([add(db), add(db)]);
    n += 2;
    assertEquals([kind, await count(db)], [kind, n]);
    assertEquals(faulty.cuts, 0);
  }
  const heard: number[] = [];
  db.changes(({ seq }) => heard.push(seq));
  await add(db);
  assertEquals([heard, db.seq], [[n + 2], n + 2]);
  await db.close();
});

Deno.test("a commit that fails twice is told, with what became of it, and the next one works", async () => {
  const faulty = faultyFactory(indexedDB);
  const { db } = await setUp(faulty.factory);
  faulty.cut("before", "before");
  const error = await assertDataError(() => add(db), { code: "unavailable" });
  assertEquals([error.committed, await count(db)], ["no", 0]);
  faulty.cut("after");
  faulty.blocked = true;
  const other = await assertDataError(() => add(db), { code: "unavailable" });
  assertEquals(other.committed, "unknown");
  faulty.blocked = false;
  assertEquals(await count(db), 1);
  faulty.cut("full");
  const full = await assertDataError(() => add(db), { code: "full" });
  assertEquals([full.committed, await count(db)], ["no", 1]);
  await add(db);
  assertEquals(await count(db), 2);
  await db.close();
});

Deno.test("blocked storage is unavailable, and what the driver can't do is refused", async () => {
  const blocked = faultyFactory(indexedDB);
  blocked.blocked = true;
  const driver = indexedDbDriver(blocked.factory, { name: "blocked" });
  await assertDataError(() => openDatabase(schema, driver), { code: "unavailable" });
  const layout = { counters: "column" as "rows" };
  assertThrows(() => indexedDbDriver(indexedDB, { name: "x", layout }), TypeError);
  const unknown = indexedDbDriver(indexedDB, { name: "x", layout: { others: "rows" } });
  await assertRejects(() => openDatabase(schema, unknown), TypeError);
  assertThrows(() => indexedDbDriver(null as never, { name: "x" }), TypeError);
  assertThrows(() => indexedDbDriver(indexedDB, {} as never), TypeError);
});

Deno.test("a large database goes to IndexedDB in pieces, and comes back whole", async () => {
  const name = `storage ${names++}`;
  const texts = table("texts", { id: integer().primaryKey(), body: text() });
  const open = () => openDatabase({ tables: [texts] }, indexedDbDriver(indexedDB, { name }));
  const db = await open();
  const rows = Array.from({ length: 30 }, (_, id) => ({ id, body: `${id}`.repeat(100_000) }));
  await db.insert(texts, rows.slice(0, 20));
  await db.insert(texts, rows.slice(20));
  await db.close();
  let pieces = 0;
  await raw(name, (store) => {
    store("chunks").count().onsuccess = (event) => pieces = (event.target as IDBRequest).result;
  });
  assert(pieces > 2, `${pieces} pieces`);
  const again = await open();
  assertEquals(await again.all(query(texts)), rows);
  await again.close();
});
