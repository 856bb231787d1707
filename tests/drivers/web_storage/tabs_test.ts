import { assert, assertEquals } from "@std/assert";
import {
  type Commit,
  type Database,
  DataError,
  increment,
  integer,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import type { DriverSession } from "../../../db/driver.ts";
import { webStorageDriver } from "../../../drivers/web_storage.ts";
import { type FakeTab, FakeTabs } from "./fake_tabs.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const add = (db: Database) => db.update(counters, "c", { n: increment(1) });

/** Runs `fn` where drivers take the program for a page. */
async function inPage(fn: () => Promise<void>): Promise<void> {
  Object.assign(globalThis, { document: {} });
  try {
    await fn();
  } finally {
    Reflect.deleteProperty(globalThis, "document");
    // Tokens are held a little longer than databases are open.
    await new Promise((done) => setTimeout(done, 1_050));
  }
}

const sessions = new WeakMap<FakeTab, DriverSession>();
let names = 0;

function open(tab: FakeTab, name: string): Promise<Database> {
  const driver = webStorageDriver(tab.storage, { name });
  return openDatabase({ tables: [counters] }, {
    ...driver,
    async open(options) {
      const session = await driver.open(options);
      sessions.set(tab, session);
      return session;
    },
  });
}

async function settled(tabs: FakeTabs): Promise<void> {
  do await new Promise((done) => setTimeout(done, 20)); while (tabs.underWay > 0);
}

Deno.test("tabs that see changes late lose no update, hear all in order, and fold between", () =>
  inPage(async () => {
    const [tabs, name] = [new FakeTabs(), `tabs ${names++}`];
    const three = [tabs.open(), tabs.open(), tabs.open()];
    const dbs = await Promise.all(three.map((tab) => open(tab, name)));
    await dbs[0]!.insert(counters, { id: "c", n: 0 });
    const heard = dbs.map((db) => {
      const seqs: number[] = [];
      db.changes(({ seq }: Commit) => seqs.push(seq));
      return seqs;
    });
    let most = 0;
    await Promise.all(dbs.map(async (db, i) => {
      for (let n = 0; n < 40; n++) {
        if (n % 2 === 0) await add(db);
        else {
          await db.transaction(async (tx) => {
            most = Math.max(most, tx.attempt);
            const row = await tx.get(counters, "c");
            if (n % 3 === 0) await new Promise((done) => setTimeout(done, 2));
            await tx.update(counters, "c", { n: row!.n + 1 });
          });
        }
        if (n % 10 === i) await sessions.get(three[i]!)!.compact();
      }
    }));
    await settled(tabs);
    for (const db of dbs) assertEquals((await db.get(counters, "c"))?.n, 120);
    for (const seqs of heard) {
      assertEquals(seqs, [...new Set(seqs)].sort((a, b) => a - b));
      assertEquals(seqs.at(-1), 121);
    }
    assert(most < 10, `One took ${most} runs`);
    for (const db of dbs) await db.close();
    const again = await open(tabs.open(), name);
    assertEquals([(await again.get(counters, "c"))?.n, again.seq], [120, 121]);
    await again.close();
  }));

Deno.test("tabs that open a new database at once make one", () =>
  inPage(async () => {
    const [tabs, name] = [new FakeTabs(), `tabs ${names++}`];
    const four = [tabs.open(), tabs.open(), tabs.open(), tabs.open()];
    const dbs = await Promise.all(four.map((tab) => open(tab, name)));
    await Promise.all(dbs.map((db, i) => db.insert(counters, { id: `${i}`, n: i })));
    await settled(tabs);
    for (const db of dbs) assertEquals(await db.count(query(counters)), 4);
    for (const db of dbs) await db.close();
  }));

Deno.test("a tab that reads sees what others wrote once its area shows it, and writes on top of it", () =>
  inPage(async () => {
    const [tabs, name] = [new FakeTabs(), `tabs ${names++}`];
    const [one, two] = [tabs.open(), tabs.open()];
    const here = await open(one, name);
    await here.insert(counters, { id: "c", n: 0 });
    const there = await open(two, name);
    for (let n = 1; n < 10; n++) {
      await add(n % 2 ? here : there);
      assertEquals((await (n % 2 ? here : there).get(counters, "c"))?.n, n);
    }
    await here.close();
    await there.close();
  }));

Deno.test("locks that the browser refuses are unavailable, and nothing is written", () =>
  inPage(async () => {
    const { locks } = navigator;
    const refuse = () => Promise.reject(new DOMException("Refused", "SecurityError"));
    Object.defineProperty(navigator, "locks", {
      configurable: true,
      value: { request: refuse, query: refuse },
    });
    try {
      const tab = new FakeTabs().open();
      const error = await open(tab, "refused").then(() => undefined, (error) => error);
      assert(error instanceof DataError && error.code === "unavailable", `${error}`);
      assertEquals(tab.storage.length, 0);
    } finally {
      Object.defineProperty(navigator, "locks", { configurable: true, value: locks });
    }
  }));
