import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { computed, effect, Signal } from "@preact/signals-core";
import {
  createStore,
  DataError,
  gte,
  integer,
  param,
  product,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";

const todos = table("todos", { id: text().primaryKey(), n: integer() });
const others = table("others", { id: text().primaryKey() });
const schema = { tables: [todos, others], values: { theme: text().default("light") } };
const large = query(todos).where({ n: gte(2) }).orderBy("n");
const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id);

Deno.test("store.live() gives a signal that components render and computed signals read", () => {
  using store = createStore(schema);
  const live = store.live(large);
  assert(live instanceof Signal);
  const names = computed(() => ids(live.value).join());
  assertEquals([names.value, live.peek().length, live.status.value], ["", 0, "ready"]);
  store.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 2 }, { id: "c", n: 1 }]);
  assertEquals([names.value, ids(live.value)], ["b,a", ["b", "a"]]);
});

Deno.test("store.live() keeps rows, and the array, where nothing in them changed", () => {
  using store = createStore(schema);
  store.insert(todos, [{ id: "a", n: 3 }, { id: "b", n: 2 }]);
  const live = store.live(large);
  let runs = 0;
  const stop = effect(() => void (live.value, runs++));
  const before = live.value;
  store.insert(todos, { id: "c", n: 1 });
  store.insert(others, { id: "x" });
  assertStrictEquals(live.value, before);
  store.update(todos, "b", { n: 5 });
  assertEquals([ids(live.value), runs], [["a", "b"], 2]);
  assertStrictEquals(live.value[0], before[1]);
  stop();
});

Deno.test("store.live() tells several live queries of a commit at once", () => {
  using store = createStore(schema);
  const all = store.live(query(todos));
  const count = store.liveCount(query(todos));
  const seen: unknown[] = [];
  const stop = effect(() => void seen.push([all.value.length, count.value]));
  store.transaction((tx) => {
    tx.insert(todos, { id: "a", n: 1 });
    tx.insert(todos, { id: "b", n: 1 });
  });
  assertEquals(seen, [[0, 0], [2, 2]]);
  stop();
});

Deno.test("store.live() computes only while it is watched", () => {
  let runs = 0;
  using store = createStore(schema);
  const live = store.live(() => (runs++, large));
  assertEquals(runs, 0);
  const stop = live.subscribe(() => {});
  store.insert(todos, { id: "a", n: 3 });
  assertEquals([runs, live.value.length], [1, 1]);
  stop();
  store.insert(todos, { id: "b", n: 3 });
  assertEquals(live.value.length, 2);
});

Deno.test("store.live() of a function is rebuilt when signals that it reads change", () => {
  using store = createStore(schema);
  store.insert(todos, [{ id: "a", n: 1 }, { id: "b", n: 2 }]);
  const least = store.liveValue("theme");
  const live = store.live(() => query(todos).where({ n: gte(least.value === "dark" ? 2 : 0) }));
  const seen: string[][] = [];
  const stop = live.subscribe((rows) => seen.push(ids(rows)));
  store.setValue("theme", "dark");
  assertEquals(seen, [["a", "b"], ["b"]]);
  stop();
});

Deno.test("live.with() fills params anew", () => {
  using store = createStore(schema);
  store.insert(todos, [{ id: "a", n: 1 }, { id: "b", n: 2 }]);
  const live = store.live(query(todos).where({ n: gte(param("least")) }).with({ least: 0 }));
  assertEquals(ids(live.value), ["a", "b"]);
  live.with({ least: 2 });
  assertEquals(ids(live.value), ["b"]);
});

Deno.test("a live query that fails keeps its last rows and recovers", () => {
  using store = createStore(schema);
  store.insert(todos, { id: "a", n: 2 });
  const live = store.live(query(todos).groupBy([], { s: sum(product("n", "n")) }));
  const seen: unknown[] = [];
  const stop = effect(() => void seen.push([live.status.value, live.value[0]?.s]));
  store.insert(todos, { id: "b", n: 2 ** 52 });
  assertEquals(seen.at(-1), ["failed", 4]);
  assert(live.error instanceof RangeError);
  store.delete(todos, "b");
  assertEquals([seen.at(-1), live.error], [["ready", 4], undefined]);
  stop();
});

Deno.test("a watcher that throws affects no one else", () => {
  using store = createStore(schema);
  const live = store.live(large);
  const log = console.error;
  const told: unknown[] = [];
  console.error = (error) => told.push(error);
  try {
    let fail = false;
    live.deltas(() => {
      if (fail) throw new Error("mine");
    });
    const seen: number[] = [];
    live.subscribe((rows) => seen.push(rows.length));
    fail = true;
    store.insert(todos, { id: "a", n: 3 });
    assertEquals([seen, told.length], [[0, 1], 1]);
  } finally {
    console.error = log;
  }
});

Deno.test("a watcher may write, in a commit of its own", () => {
  using store = createStore(schema);
  const live = store.live(large);
  const stop = effect(() => {
    if (live.value.some((row) => row.id === "a") && !store.get(todos, "b")) {
      store.insert(todos, { id: "b", n: 9 });
    }
  });
  const seqs: number[] = [];
  store.changes((commit) => seqs.push(commit.seq));
  store.insert(todos, { id: "a", n: 3 });
  assertEquals([ids(live.value), seqs], [["a", "b"], [1, 2]]);
  stop();
});

Deno.test("for await over a live query takes many commits as one step", async () => {
  using store = createStore(schema);
  const live = store.live(large);
  const seen: string[][] = [];
  for await (const rows of live) {
    seen.push(ids(rows));
    if (seen.length === 1) {
      for (const id of ["a", "b", "c"]) store.insert(todos, { id, n: 3 });
    } else break;
  }
  assertEquals(seen, [[], ["a", "b", "c"]]);
});

Deno.test("disposing a handle ends that handle only", async () => {
  using store = createStore(schema);
  const [one, two] = [store.live(large), store.live(large)];
  const seen: number[] = [];
  one.subscribe((rows) => seen.push(rows.length));
  const stop = two.subscribe(() => {});
  one[Symbol.dispose]();
  store.insert(todos, { id: "a", n: 3 });
  assertEquals([seen, one.value.length, two.value.length], [[0], 0, 1]);
  for await (const _ of one) throw new Error("it has ended");
  stop();
});

Deno.test("liveRow(), liveCount() and liveValue() follow their row, query and value", () => {
  using store = createStore(schema);
  const seen: unknown[] = [];
  const [row, count, theme] = [
    store.liveRow(todos, "a"),
    store.liveCount(large),
    store.liveValue("theme"),
  ];
  const stop = effect(() => void seen.push([row.value?.n, count.value, theme.value]));
  store.insert(todos, { id: "a", n: 3 });
  store.insert(todos, { id: "b", n: 1 });
  store.setValue("theme", "dark");
  store.delete(todos, "a");
  assertEquals(seen, [[undefined, 0, "light"], [3, 1, "light"], [3, 1, "dark"], [
    undefined,
    0,
    "dark",
  ]]);
  stop();
});

Deno.test("live queries hear of undo, eviction and fromJSON", () => {
  let now = 0;
  using store = createStore(schema, { now: () => now, evict: { todos: { maxRows: 2 } } });
  const live = store.live(query(todos));
  const stop = live.subscribe(() => {});
  for (const id of ["a", "b", "c"]) store.insert(todos, { id, n: now++ });
  assertEquals(ids(live.value), ["b", "c"]);
  store.undo();
  assertEquals(ids(live.value), ["b"]);
  const data = JSON.parse(JSON.stringify(store));
  store.deleteAll(todos, {});
  store.fromJSON(data);
  assertEquals(ids(live.value), ["b"]);
  stop();
});

Deno.test("live queries refuse to be serialised, to be of no query, and to begin once closed", () => {
  const store = createStore(schema);
  assertThrows(() => JSON.stringify(store.live(large)), TypeError, "dehydrate");
  assertThrows(() => store.live({} as never), TypeError);
  assertThrows(() => store.liveValue("nope"), TypeError);
  assertThrows(() => store.liveRow(todos, 5 as never), TypeError);
  store[Symbol.dispose]();
  for (
    const open of [
      () => store.live(large),
      () => store.liveCount(large),
      () => store.liveRow(todos, "a"),
    ]
  ) {
    assertThrows(open, DataError);
  }
});
