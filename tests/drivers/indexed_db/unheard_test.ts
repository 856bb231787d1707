/**
 * Tabs that don't hear of each other in time, as when a message is late: each writes on a state that may be
 * past, and finds that out within its transaction.
 *
 * @module
 */
import "fake-indexeddb/auto";
import { assertEquals } from "@std/assert";
import {
  type Database,
  increment,
  integer,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import type { DriverSession } from "../../../db/driver.ts";
import { assertDataError } from "../../conformance/suite.ts";
import { layoutDriver } from "./layouts.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const names = table("names", { id: text().primaryKey(), name: text().unique() });
const schema = { tables: [counters, names] };

let places = 0;

/** A factory whose databases have another name, under which nobody tells. */
function unheard(name: string): IDBFactory {
  return {
    open: (_: string, version?: number) => indexedDB.open(name, version),
  } as IDBFactory;
}

for (const layouts of ["log", "rows", "mixed"] as const) {
  const openTwo = async () => {
    const name = `unheard ${places++}`;
    const open = async (tab: string) => {
      const driver = layoutDriver(unheard(name), `${name} ${tab}`, layouts);
      let session: DriverSession | undefined;
      const db = await openDatabase(schema, {
        ...driver,
        open: async (options) => session = await driver.open(options),
      });
      return Object.assign(db, { fold: () => session!.compact() });
    };
    return [await open("a"), await open("b")] as const;
  };

  Deno.test(`indexedDb, ${layouts}: commits on a state that is past are made again, and none is lost`, async () => {
    const [here, there] = await openTwo();
    await here.insert(counters, { id: "c", n: 0 });
    const verbs = async (db: Database) => {
      for (let i = 0; i < 30; i++) await db.update(counters, "c", { n: increment(1) });
    };
    const transactions = async (db: Database) => {
      for (let i = 0; i < 20; i++) {
        await db.transaction(async (tx) => {
          const row = await tx.get(counters, "c");
          await tx.update(counters, "c", { n: (row?.n ?? NaN) + 1 });
        });
      }
    };
    await verbs(here);
    await verbs(there);
    await Promise.all([verbs(here), verbs(there)]);
    await transactions(there);
    await Promise.all([transactions(here), transactions(there)]);
    await here.fold();
    await verbs(there);
    await there.fold();
    await verbs(here);
    // Each sees all when it has written.
    for (const db of [there, here]) {
      await db.update(counters, "c", { n: increment(0) });
      assertEquals((await db.get(counters, "c"))?.n, 240);
    }
    for (const db of [here, there]) await db.close();
  });

  Deno.test(`indexedDb, ${layouts}: what others have taken is refused, and told as it is`, async () => {
    const [here, there] = await openTwo();
    await here.insert(names, { id: "a", name: "x" });
    await assertDataError(() => there.insert(names, { id: "a", name: "y" }), {
      code: "constraint",
      rule: "key",
    });
    await here.insert(names, { id: "b", name: "y" });
    await assertDataError(() => there.insert(names, { id: "c", name: "y" }), {
      code: "constraint",
      rule: "unique",
    });
    await here.delete(names, "b");
    assertEquals((await there.insert(names, { id: "c", name: "y" })).id, "c");
    await here.update(names, "a", { name: "z" });
    assertEquals((await there.insert(names, { id: "d", name: "x" })).id, "d");
    await here.insert(names, { id: "e", name: "e" });
    assertEquals((await here.all(query(names))).map(({ id }) => id), ["a", "c", "d", "e"]);
    for (const db of [here, there]) await db.close();
  });

  Deno.test(`indexedDb, ${layouts}: a function of the user's runs on what is there, whoever wrote it`, async () => {
    const [here, there] = await openTwo();
    await here.insert(counters, { id: "c", n: 1 });
    await there.update(counters, "c", (row) => ({ n: row.n * 10 }));
    await here.update(counters, "c", (row) => ({ n: row.n + 5 }));
    await there.update(counters, "c", (row) => ({ n: row.n * 2 }));
    assertEquals((await there.get(counters, "c"))?.n, 30);
    assertEquals([here.seq, there.seq], [3, 4]);
    for (const db of [here, there]) await db.close();
  });
}
