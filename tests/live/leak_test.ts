import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  count,
  createStore,
  gte,
  integer,
  openDatabase,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";

setFlagsFromString("--expose-gc");
// A context made after the flag has it.
const gc = runInNewContext("gc") as () => void;

const users = table("users", { id: text().primaryKey(), name: text() });
const todos = table("todos", { id: integer().primaryKey(), n: integer(), owner: text() });
const ROUNDS = 10_000;

/** Turns of the event loop, for what is collected and told of later. */
async function settle(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 6; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    least = Math.min(least, Deno.memoryUsage().heapUsed);
  }
  return least;
}

Deno.test("a closed live query leaves nothing behind after 10,000 rounds", async () => {
  const store = createStore({ tables: [users, todos] });
  store.insert(users, { id: "ada", name: "Ada" });
  store.insert(todos, Array.from({ length: 50 }, (_, n) => ({ id: n, n, owner: "ada" })));
  let collected = 0;
  const registry = new FinalizationRegistry<void>(() => collected++);
  const round = (i: number) => {
    const own = query(todos).where({ n: gte(i % 40) });
    const kinds = [
      () => store.live(own.where({ owner: `user ${i}` }).limit(3)),
      () => store.live(own.orderBy("n").limit(1 + i)),
      () => store.live(own.join("who", users, { id: "owner" }).limit(1 + i)),
      () => store.live(own.groupBy(["owner"], { c: count(), s: sum("n") }).limit(1 + i)),
    ];
    const live = kinds[i % kinds.length]?.();
    assert(live);
    registry.register(live);
    const stops = [live.subscribe(() => {}), live.deltas(() => {})];
    store.update(todos, i % 50, { n: i });
    if (i % 2 === 0) live[Symbol.dispose]();
    else for (const stop of stops) stop();
  };
  for (let i = 0; i < 1_000; i++) round(i); // compiles, and fills what is filled once
  const before = await settle();
  for (let i = 1_000; i < ROUNDS; i++) {
    round(i);
    if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const after = await settle();
  assert(collected > ROUNDS * 0.99, `${collected} of ${ROUNDS} were collected`);
  const bytes = (after - before) / ROUNDS;
  assert(bytes < 300, `${bytes} bytes a round are left`);
  store[Symbol.dispose]();
});

Deno.test("a slow consumer of a live query gets many commits as one step", async () => {
  using store = createStore({ tables: [users, todos] });
  const live = store.live(query(todos).orderBy("n"));
  const seen: number[] = [];
  const reading = (async () => {
    for await (const rows of live) {
      seen.push(rows.length);
      if (rows.length === 100) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  await Promise.resolve();
  for (let id = 0; id < 100; id++) store.insert(todos, { id, n: id, owner: "ada" });
  await reading;
  assertEquals(seen, [0, 100]);
});

Deno.test("a closed live query of a database leaves nothing behind after 1,000 rounds", async () => {
  const client = new DatabaseSync(":memory:");
  const db = await openDatabase({ tables: [users, todos] }, sqliteDriver(client));
  await db.insert(todos, Array.from({ length: 50 }, (_, n) => ({ id: n, n, owner: "ada" })));
  let collected = 0;
  const rounds = 1_000;
  const registry = new FinalizationRegistry<void>(() => collected++);
  const round = async (i: number) => {
    const own = query(todos).where({ n: gte(i % 40) });
    const live = db.live(i % 2 === 0 ? own.limit(1 + i) : own.where({ owner: `user ${i}` }));
    registry.register(live);
    const number = db.liveCount(own.where({ id: i }));
    const stops = [live.subscribe(() => {}), live.deltas(() => {}), number.subscribe(() => {})];
    await db.update(todos, i % 50, { n: i });
    if (i % 3 === 0) live[Symbol.dispose]();
    for (const stop of stops) stop();
  };
  for (let i = 0; i < 500; i++) await round(i);
  const before = await settle();
  for (let i = 500; i < 500 + rounds; i++) {
    await round(i);
    if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const after = await settle();
  assert(collected > rounds, `${collected} of ${rounds + 500} were collected`);
  const bytes = (after - before) / rounds;
  // A view that stays takes several kB; what the runtime compiles meanwhile counts some hundred bytes a round.
  assert(bytes < 1_000, `${bytes} bytes a round are left`);
  await db.close();
  client.close();
});
