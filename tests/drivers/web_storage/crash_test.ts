import { assert, assertEquals } from "@std/assert";
import {
  type Database,
  DataError,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import type { Driver, DriverSession } from "../../../db/driver.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { memoryStorage } from "../../../webstorage/mod.ts";
import { contents, pair, pairs, people, schema } from "../log/subject.ts";

const NAME = { name: "crash" };
const more = table("more", { id: text().primaryKey() });
/** What the layout changes to. */
const wide: Schema = { ...schema, tables: [people, pairs, more] };

/** Sessions that a driver has opened, the last one first. */
function watched(driver: Driver): Driver & { readonly sessions: DriverSession[] } {
  const sessions: DriverSession[] = [];
  return {
    ...driver,
    sessions,
    async open(options) {
      const session = await driver.open(options);
      sessions.unshift(session);
      return session;
    },
  };
}

/** An area that a program uses which ends after so many changes. */
function ending(storage: Storage, changes: number): Storage & { readonly done: number } {
  let done = 0;
  const change = (fn: () => void) => {
    if (done >= changes) throw new Error("The program has ended");
    done++;
    fn();
  };
  return {
    get done() {
      return done;
    },
    get length() {
      return storage.length;
    },
    key: (index: number) => storage.key(index),
    getItem: (key: string) => storage.getItem(key),
    setItem: (key: string, value: string) => change(() => storage.setItem(key, value)),
    removeItem: (key: string) => change(() => storage.removeItem(key)),
    clear: () => storage.clear(),
  } as Storage & { readonly done: number };
}

/** Writes pairs, some of them at once, folds now and then, and changes the layout at the end. */
async function work(storage: Storage, acknowledge: (batch: number) => void): Promise<void> {
  const driver = watched(webStorageDriver(storage, NAME));
  const db = await openDatabase(schema, driver);
  const write = async (batch: number) => {
    await db.insert(pairs, pair(batch));
    acknowledge(batch);
  };
  for (let batch = 0; batch < 12; batch += 3) {
    await write(batch);
    const folding = batch === 6 ? driver.sessions[0]!.compact() : undefined;
    const ends = await Promise.allSettled([write(batch + 1), write(batch + 2), folding]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    if (batch === 3) await driver.sessions[0]!.compact();
  }
  await db.close();
  await using next = await openDatabase(wide, driver);
  await next.insert(more, { id: "a" });
}

/** The batches that are there, each with both of its rows. */
async function whole(db: Database): Promise<Set<number>> {
  const rows = await db.all(query(pairs));
  const batches = new Set(rows.map(({ batch }) => batch));
  assertEquals(rows.length, 2 * batches.size, "half a commit");
  return batches;
}

Deno.test("a page that ends at any change of its area leaves all that was acknowledged, and no half", async () => {
  for (let changes = 0;; changes++) {
    const storage = memoryStorage();
    const acknowledged: number[] = [];
    const area = ending(storage, changes);
    let ended = false;
    try {
      await work(area, (batch) => acknowledged.push(batch));
      ended = true;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
    const about = `after ${changes} changes`;
    const open = () => openDatabase(wide, webStorageDriver(storage, NAME));
    await using db = await open();
    const there = await whole(db);
    assertEquals(acknowledged.filter((batch) => !there.has(batch)), [], about);
    assert(there.size <= acknowledged.length + 2, about); // what was under way
    await db.insert(pairs, pair(100));
    await using again = await open();
    assertEquals(await contents(again), await contents(db), about);
    if (!ended) continue;
    assert(changes > 30, `There were ${changes} changes`);
    break;
  }
});

Deno.test("a session that was open when another page ended at any change goes on with what is there", async () => {
  for (let changes = 0;; changes++) {
    const storage = memoryStorage();
    await using other = await openDatabase(schema, webStorageDriver(storage, NAME));
    await other.insert(pairs, pair(50));
    const area = ending(storage, changes);
    const ended = await work(area, () => {}).then(() => true, () => false);
    const about = `after ${changes} changes`;
    let lost = false;
    try {
      await other.insert(pairs, pair(51));
    } catch (error) {
      // The layout has changed, and the session is told.
      if (!(error instanceof DataError && error.code === "closed")) throw error;
      lost = true;
    }
    if (!lost) {
      const there = await whole(other);
      assert(there.has(50) && there.has(51), about);
      await using again = await openDatabase(schema, webStorageDriver(storage, NAME));
      assertEquals(await contents(again), await contents(other), about);
    }
    if (ended) break;
  }
});
