/**
 * First results of large tables: in slices, so that others have their turn.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { setPace } from "../../engine/live/pace.ts";
import { sortInSteps, topInSteps } from "../../engine/live/sort_in_steps.ts";
import {
  boolean,
  count,
  type Database,
  integer,
  max,
  openDatabase,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { randomFrom } from "../bench/random.ts";
import { turn } from "./database.ts";
import { manualPace } from "./manual_pace.ts";

const users = table("users", { id: integer().primaryKey(), name: text() });
const todos = table("todos", {
  id: integer().primaryKey(),
  owner: integer(),
  n: integer(),
  done: boolean(),
}, { indexes: ["n", "owner"] });
const schema = { tables: [users, todos] };
// An index that a fresh run has built makes the next ones quick.
const QUERIES = {
  include: query(users).include("todos", query(todos).orderBy("n").limit(3), { owner: "id" }),
  all: query(todos),
  sorted: query(todos).where({ done: false }).orderBy("n"),
  window: query(todos).orderBy("done", "desc").limit(20),
  select: query(todos).orderBy("owner").select("n", "owner"),
  groups: query(todos).groupBy(["owner"], { c: count(), s: sum("n"), m: max("n") }),
  join: query(todos).join("who", users, { id: "owner" }).where({ done: true }),
};

async function opened(size: number): Promise<Database> {
  const random = randomFrom(7);
  const db = await openDatabase(schema, memoryDriver());
  const names = Array.from({ length: 50 }, (_, id) => ({ id, name: `user ${id}` }));
  await db.insert(users, names);
  const row = (id: number) => ({
    id,
    owner: id % 50,
    n: Math.floor(random() * size),
    done: id % 3 === 0,
  });
  await db.insert(todos, Array.from({ length: size }, (_, id) => row(id)));
  return db;
}

Deno.test("a first result of a large table comes in slices of 8 ms, with commits in between", async () => {
  await using db = await opened(6_000);
  for (const [name, asked] of Object.entries(QUERIES)) {
    // A step takes a millisecond here.
    using slices = manualPace({ sliceMs: 8, freeRows: 0, stepRows: 64, mostAtOnce: 1_000 });
    const q = asked as typeof QUERIES.all; // the rows are of no matter
    const live = db.live(q);
    const stop = live.subscribe(() => {});
    assertEquals([live.status.value, live.value.length], ["loading", 0], name);
    let moments = slices.moments;
    for (let i = 0; slices.turn(); i++) {
      // Each look at the clock is a step, but for the one that begins the slice.
      assert(slices.moments - moments <= 10, `${name}: ${slices.moments - moments} ms at a time`);
      if (i % 3 === 0) {
        await db.update(todos, i * 7, { n: i, done: i % 2 === 0, owner: i % 50 });
        await db.delete(todos, i * 11 + 1);
        await db.replace(users, { id: i % 50, name: `renamed ${i}` });
      }
      moments = slices.moments;
    }
    assert(slices.turns > 6_000 / 64 / 10, name);
    assertEquals([live.status.value, live.value], ["ready", await db.all(q)], name);
    stop();
  }
});

Deno.test("small results of a database are there at once", async () => {
  await using db = await opened(300);
  const live = db.live(QUERIES.join);
  const stop = live.subscribe(() => {});
  assertEquals([live.status.value, live.value.length], ["ready", 100]);
  stop();
});

Deno.test("what is no longer watched, or closed, is not worked on", async () => {
  using slices = manualPace();
  const db = await opened(200);
  const stop = db.live(QUERIES.sorted).subscribe(() => {});
  assert(slices.turn());
  stop();
  assert(!slices.turn());
  const live = db.live(QUERIES.sorted);
  const end = live.subscribe(() => {});
  assert(slices.turn());
  await db.close();
  assertEquals([slices.turn(), live.status.value], [false, "failed"]);
  end();
});

Deno.test("a first result keeps others waiting for a fraction of its time", async () => {
  await using db = await opened(150_000);
  const q = QUERIES.sorted;
  const begin = performance.now();
  setPace({ sliceMs: Infinity });
  db.live(q).subscribe(() => {})();
  const whole = performance.now() - begin;
  setPace();
  const live = db.live(q.where({ owner: 1 }).limit(1_000_000));
  const other = db.live(q.limit(1_000_000));
  let longest = 0;
  let last = performance.now();
  const stops = [live, other].map((each) => each.subscribe(() => {}));
  while ([live, other].some(({ status }) => status.value === "loading")) {
    await turn();
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  // Collecting garbage and other programs count here.
  assert(longest < Math.max(100, whole / 2), `${longest} ms at a time, of ${whole}`);
  assertEquals(other.value.length, 100_000);
  for (const stop of stops) stop();
});

Deno.test("sortInSteps() and topInSteps() sort as sort() does", () => {
  const random = randomFrom(3);
  const run = <T>(steps: Generator<number, T>): T => {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      assert(step.value <= 4_096);
    }
  };
  for (const size of [0, 1, 1_023, 1_024, 1_025, 5_000, 20_000]) {
    for (const values of [size, 10]) {
      const items = Array.from({ length: size }, (_, i) => [Math.floor(random() * values), i]);
      const compare = (a: number[], b: number[]) => a[0]! - b[0]! || a[1]! - b[1]!;
      const sorted = items.toSorted(compare);
      assertEquals(run(sortInSteps(items, compare)), sorted);
      assertEquals(run(sortInSteps(sorted, compare)), sorted);
      assertEquals(run(topInSteps(items, 20, compare)), sorted.slice(0, 20));
    }
  }
});
