import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Database,
  DataError,
  integer,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import { recover } from "../../../db/driver.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { assertDataError } from "../../conformance/suite.ts";
import { runsOf } from "../../model/runs.ts";
import { contents, pair, pairs, people, schema } from "../log/subject.ts";
import { SmallStorage } from "./faulty_storage.ts";

const NAME = "a:b%c";
const open = (storage: Storage, name = NAME) =>
  openDatabase(schema, webStorageDriver(storage, { name }));

/** The names of all items. */
function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, i) => storage.key(i)!).sort();
}

/** An area with a database of five commits in it, and what is in it. */
async function small(): Promise<{ storage: Storage; all: string }> {
  const storage = memoryStorage();
  await using db = await open(storage);
  await db.insert(people, { id: "ada", name: "Ada \u{1F600}", more: { list: [1, null] } });
  await db.insert(pairs, pair(1));
  await db.update(people, "ada", { name: null });
  await db.setValue("motto", "forward");
  await db.delete(pairs, "1 a");
  return { storage, all: await contents(db) };
}

Deno.test("databases of an area are told apart by their names, and other items are left alone", async () => {
  const storage = memoryStorage();
  storage.setItem("mine", "x");
  const names = ["", "a", "a:b", "a%3Ab", "a:b:revision", "__proto__", "\u{1F600}", "length"];
  for (const name of names) {
    await using db = await open(storage, name);
    await db.insert(people, { id: name || "none" });
  }
  for (const name of names) {
    await using db = await open(storage, name);
    assertEquals((await db.all(query(people))).map(({ id }) => id), [name || "none"]);
  }
  assertEquals(keysOf(storage).filter((key) => !key.startsWith("strata-db:")), ["mine"]);
});

Deno.test("what is no area, no name, and what it can't keep, are refused", async () => {
  const storage = memoryStorage();
  assertThrows(() => webStorageDriver(null as never, { name: "x" }), TypeError);
  assertThrows(() => webStorageDriver(storage, {} as never), TypeError);
  assertThrows(() => webStorageDriver(storage, undefined as never), TypeError);
  for (const name of ["\uD800", "a\0", "x".repeat(1_025)]) {
    assertThrows(() => webStorageDriver(storage, { name }), TypeError);
  }
  const driver = webStorageDriver(storage, { name: "x" });
  await assertDataError(() => openDatabase(schema, driver, { durability: "strict" }), {
    code: "unsupported",
  });
  assertEquals(storage.length, 0);
});

Deno.test("an item that is gone, or another, is told, and never an empty database", async () => {
  const { storage } = await small();
  const keys = keysOf(storage).filter((key) => !key.endsWith(":room"));
  assertEquals(keys.length, 7);
  for (const key of keys) {
    const text = storage.getItem(key)!;
    const damages = [
      undefined,
      "",
      "x",
      text.slice(1),
      text.slice(0, -1),
      text + "\u4000",
      text + text,
    ];
    const step = runsOf(1) > 1 ? 1 : 1 + Math.floor(text.length / 12);
    for (let at = 0; at < text.length; at += step) {
      const unit = text.charCodeAt(at) ^ 1 << at % 15;
      damages.push(text.slice(0, at) + String.fromCharCode(unit) + text.slice(at + 1));
    }
    for (const damage of damages) {
      if (damage === undefined) storage.removeItem(key);
      else storage.setItem(key, damage);
      const found = await open(storage).then(async (db) => {
        const all = await contents(db);
        await db.close();
        return all;
      }, (error) => error);
      // The name of the commit before it is of no use to who reads everything.
      const isName = damage !== undefined && damage.length === text.length &&
        damage.slice(8) === text.slice(8) && /:\d+$/.test(key);
      assert(
        isName || found instanceof DataError && ["corrupt", "version"].includes(found.code),
        `${key}, ${damage}: ${found}`,
      );
    }
    storage.setItem(key, text);
  }
});

Deno.test("recover() gives what is left of a damaged database", async () => {
  const { storage } = await small();
  const rows = async () => {
    const driver = webStorageDriver(storage, { name: NAME });
    const found: Record<string, unknown[]> = {};
    for await (const { table, row } of recover(driver)) (found[table] ??= []).push(row);
    return found;
  };
  const ada = { id: "ada", name: null, more: { list: [1, null] } };
  assertEquals(await rows(), { people: [ada], pairs: [pair(1)[1]] });
  const [first = ""] = keysOf(storage);
  assert(first.endsWith(":1"));
  storage.setItem(first, "\uD800" + storage.getItem(first)!.slice(1, 40));
  await assertDataError(() => open(storage), { code: "corrupt" });
  assertEquals(await rows(), { people: [{ id: "ada", name: null }], pairs: [pair(1)[1]] });
  storage.clear();
  assertEquals(await rows(), {});
});

Deno.test("an area that was cleared closes its database, which can be made anew", async () => {
  const { storage } = await small();
  const db = await open(storage);
  storage.clear();
  await assertDataError(() => db.insert(pairs, pair(2)), { code: "closed" });
  assertEquals(await db.closed, { reason: "lost" });
  const one = await open(storage);
  assertEquals([one.seq, await one.count(query(people))], [0, 0]);
  storage.clear();
  await using two = await open(storage); // another of that name
  await two.insert(pairs, pair(3));
  await assertDataError(() => one.count(query(people)), { code: "closed" });
});

Deno.test("a record that took the place of one that was seen is noticed, and all is read again", async () => {
  const { storage } = await small();
  await using db = await open(storage);
  // Another tab has seen everything but the last commit, and writes in its place.
  const before = new Map(keysOf(storage).map((key) => [key, storage.getItem(key)!]));
  await using other = await open(storage);
  await db.insert(pairs, pair(7));
  for (const key of keysOf(storage)) {
    const text = before.get(key);
    if (text === undefined) storage.removeItem(key);
    else storage.setItem(key, text);
  }
  await other.insert(pairs, pair(8));
  await db.insert(pairs, pair(9));
  const all = await contents(other);
  assertEquals(await contents(db), all);
  assert(!all.includes('"7 a"') && all.includes('"8 a"') && all.includes('"9 a"'));
});

Deno.test("an area that swallows what is written is unavailable", async () => {
  const storage = memoryStorage();
  const deaf = { ...asMethods(storage), setItem: () => {} } as unknown as Storage;
  await assertDataError(() => open(deaf), { code: "unavailable" });
  const later = { deaf: false };
  const half = {
    ...asMethods(storage),
    setItem: (key: string, text: string) => void (later.deaf || storage.setItem(key, text)),
  } as unknown as Storage;
  await using db = await open(half);
  await db.insert(pairs, pair(1));
  later.deaf = true;
  const error = await assertDataError(() => db.insert(pairs, pair(2)), { code: "unavailable" });
  assertEquals(error.committed, "no");
  later.deaf = false;
  await db.insert(pairs, pair(3));
  await using again = await open(storage);
  assertEquals(await again.count(query(pairs)), 4);
});

Deno.test("hostile areas fail with a typed error", async () => {
  const methods = asMethods(memoryStorage());
  const hostile: Record<string, unknown>[] = [
    {},
    { ...methods, getItem: undefined },
    { ...methods, getItem: () => 7, setItem: () => {} },
    { ...methods, key: () => null, length: 3, getItem: () => null, setItem: () => {} },
    { ...methods, length: NaN, getItem: () => undefined, setItem: () => {} },
    Object.defineProperty({ ...methods }, "getItem", {
      get: () => {
        throw new Error("no");
      },
    }),
    Object.defineProperty({ ...methods }, "length", {
      get: () => {
        throw new Error();
      },
    }),
    {
      ...methods,
      setItem: () => {
        throw Object.create(null);
      },
    },
  ];
  for (const storage of hostile) {
    await assertDataError(() => open(storage as never), { code: "unavailable" });
  }
});

function asMethods(storage: Storage) {
  return {
    length: 0,
    key: (index: number) => storage.key(index),
    getItem: (key: string) => storage.getItem(key),
    setItem: (key: string, value: string) => storage.setItem(key, value),
    removeItem: (key: string) => storage.removeItem(key),
  };
}

const texts = table("texts", { id: integer().primaryKey(), body: text() });
const openTexts = (storage: Storage) =>
  openDatabase({ tables: [texts] }, webStorageDriver(storage, { name: "full" }));
const body = (length: number) =>
  Array.from({ length: length / 10 }, () => Math.random().toString(36).slice(2, 12).padEnd(10, "x"))
    .join("");

/** Inserts rows until the area is full; gives how many there are. */
async function fill(db: Database, length: number): Promise<number> {
  for (let id = 0;; id++) {
    try {
      await db.insert(texts, { id, body: body(length) });
    } catch (error) {
      assert(error instanceof DataError, `${error}`);
      assertEquals([error.code, error.committed], ["full", "no"]);
      return id;
    }
  }
}

for (const length of [200, 3_000, 40_000]) {
  Deno.test(`a full area of rows of ${length} characters keeps them, and has space after deletes`, async () => {
    const small = new SmallStorage(300_000);
    await using db = await openTexts(small.area);
    const count = await fill(db, length);
    assert(count * length > 300_000, `${count} rows`);
    assertEquals(await db.count(query(texts)), count);
    await using again = await openTexts(small.area);
    assertEquals(await again.count(query(texts)), count);
    // One by one, as people delete.
    for (let id = 0; id < count / 2; id++) await db.delete(texts, id);
    await settled(db, () => db.insert(texts, { id: -1, body: body(length) }));
    await db.deleteAll(texts, {});
    await settled(db, () => db.insert(texts, { id: -2, body: body(length) }));
    const second = await fill(db, length);
    assert(second > count * 0.7, `${second} rows after ${count}`);
    await db.update(texts, 0, { body: "" });
    await db.deleteAll(texts, {});
    await using last = await openTexts(small.area);
    assertEquals(await last.count(query(texts)), 0);
  });
}

/** Does it once there is space, which comes when the log was folded. */
async function settled(db: Database, fn: () => Promise<unknown>): Promise<void> {
  for (let tries = 0;; tries++) {
    try {
      await fn();
      break;
    } catch (error) {
      if (!(error instanceof DataError && error.code === "full") || tries > 100) throw error;
      await new Promise((done) => setTimeout(done, 5));
    }
  }
  assert(await db.count(query(texts)) > 0);
}

Deno.test("an area of 2 million units holds 3.4 MB", async () => {
  const small = new SmallStorage(2_000_000);
  await using db = await openTexts(small.area);
  let size = 0;
  for (let id = 0;; id++) {
    try {
      await db.insert(texts, { id, body: body(50_000) });
      size += 50_000;
    } catch (error) {
      assert(error instanceof DataError && error.code === "full");
      break;
    }
  }
  assert(size > 3_400_000, `${size} bytes`);
});
