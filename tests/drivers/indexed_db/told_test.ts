/**
 * What a tab is told by others: a step in a message is taken in as it is; whatever else comes has it look.
 *
 * @module
 */
import "fake-indexeddb/auto";
import { assertEquals } from "@std/assert";
import { increment, integer, openDatabase, query, table, text } from "../../../mod.ts";
import { until } from "../../conformance/suite.ts";
import { layoutDriver, type Layouts } from "./layouts.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const schema = { tables: [counters] };

let places = 0;

/** A tab that listens, another one that it does not hear, and what tells it. */
async function openTwo(layouts: Layouts) {
  const name = `told ${places++}`;
  let transactions = 0;
  const factory = {
    open(_: string, version?: number) {
      const request = indexedDB.open(name, version);
      request.addEventListener("success", () => {
        const db = request.result;
        const { transaction } = db;
        db.transaction = (...args) => (transactions++, transaction.apply(db, args));
      });
      return request;
    },
  } as IDBFactory;
  const here = await openDatabase(schema, layoutDriver(factory, name, layouts));
  await here.insert(counters, { id: "c", n: 0 });
  const there = await openDatabase(schema, layoutDriver(indexedDB, name, layouts));
  const others = { open: () => indexedDB.open(name) } as unknown as IDBFactory;
  const unheard = await openDatabase(schema, layoutDriver(others, `${name} unheard`, layouts));
  const heard: number[] = [];
  here.changes(({ seq }) => heard.push(seq));
  const channel = new BroadcastChannel(`strata ${name}`);
  return {
    ...{ here, heard, channel },
    /** Transactions of the tab that listens. */
    asked: () => transactions,
    add: () => unheard.update(counters, "c", { n: increment(1) }),
    /** The steps that are stored, by their numbers. */
    steps: () =>
      new Promise<Map<number, ArrayBuffer>>((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const { result: db } = request;
          const log = db.transaction("log").objectStore("log");
          const [keys, records] = [log.getAllKeys(), log.getAll()];
          records.onsuccess = () => {
            db.close();
            resolve(
              new Map(keys.result.map((key, i) => [Number(key), records.result[i]])),
            );
          };
        };
      }),
    async [Symbol.asyncDispose]() {
      channel.close();
      for (const db of [here, there, unheard]) await db.close();
    },
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

Deno.test("indexedDb: a step that another tab tells of is taken in without a look", async () => {
  await using tabs = await openTwo("log");
  const { here, heard, channel, asked, add, steps } = tabs;
  const live = here.live(query(counters));
  const stop = live.subscribe(() => {});
  await live.ready;
  for (let i = 0; i < 3; i++) await add();
  const before = asked();
  for (const [seq, record] of await steps()) if (seq > 1) channel.postMessage({ seq, record });
  await until(() => heard.length === 3);
  assertEquals([heard, live.value[0]?.n, here.seq], [[2, 3, 4], 3, 4]);
  assertEquals((await here.get(counters, "c"))?.n, 3);
  assertEquals(asked(), before);
  stop();
});

for (const layouts of ["log", "rows"] as const) {
  Deno.test(`indexedDb, ${layouts}: steps that come late, twice, out of order or damaged do no harm`, async () => {
    await using tabs = await openTwo(layouts);
    const { here, heard, channel, add, steps } = tabs;
    for (let i = 0; i < 4; i++) await add();
    const all = await steps();
    channel.postMessage({ seq: 3, record: all.get(3) }); // 2 was not told
    await until(() => heard.length === 4);
    for (const seq of [2, 5, 3, 5]) channel.postMessage({ seq, record: all.get(seq) });
    await settled();
    assertEquals([heard, (await here.get(counters, "c"))?.n], [[2, 3, 4, 5], 4]);
    await add();
    const next = (await steps()).get(6)!;
    const damaged = next.slice(0);
    new Uint8Array(damaged)[next.byteLength - 1]! ^= 1;
    channel.postMessage({ seq: 6, record: damaged });
    await until(() => heard.length === 5);
    for (
      const message of [
        ...[null, 7, "step", {}, { seq: 9 }, { seq: 9, record: next }],
        ...[{ seq: 7, record: new ArrayBuffer(0) }, { seq: 7, record: next }],
      ]
    ) channel.postMessage(message);
    await settled();
    await here.update(counters, "c", { n: increment(1) });
    assertEquals([heard, (await here.get(counters, "c"))?.n, here.seq], [[2, 3, 4, 5, 6, 7], 6, 7]);
  });
}
