import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { batch, computed, effect, Signal } from "@preact/signals-core";
import {
  createStore,
  DataError,
  exists,
  gte,
  integer,
  not,
  param,
  product,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";
import { apply } from "./apply.ts";

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

Deno.test("a handle that was disposed keeps its rows while others go on, also if nobody read them", () => {
  using store = createStore(schema);
  const [one, two] = [store.live(large), store.live(large)];
  const told: number[] = [];
  one.deltas((ops) => told.push(ops.length));
  two.deltas(() => {});
  store.insert(todos, { id: "a", n: 3 });
  one[Symbol.dispose]();
  store.insert(todos, { id: "b", n: 4 });
  assertEquals([ids(one.value), ids(two.value), told], [["a"], ["a", "b"], [1]]);
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

Deno.test("a live query that begins inside a transaction is right after it, also if it fails", () => {
  for (const keep of [true, false]) {
    for (const watched of [true, false]) {
      using store = createStore(schema);
      store.insert(todos, { id: "a", n: 3 });
      const [live, other, total] = [
        store.live(large),
        store.live(query(todos)),
        store.live(query(todos).groupBy([], { s: sum("n") })),
      ];
      const stop = other.subscribe(() => {});
      const stops: (() => void)[] = [];
      try {
        store.transaction((tx) => {
          tx.insert(todos, { id: "b", n: 4 });
          if (watched) stops.push(live.subscribe(() => {}), total.subscribe(() => {}));
          assertEquals([ids(live.value), total.value[0]?.s], [["a", "b"], 7]);
          assertEquals(ids(other.value), ["a"]); // its commit is to come
          tx.insert(todos, { id: "c", n: 5 });
          if (!keep) throw new Error("taken back");
        });
      } catch (error) {
        assert(!keep, `${error}`);
      }
      const seen = keep ? ["a", "b", "c"] : ["a"];
      assertEquals([ids(live.value), ids(other.value)], [seen, seen]);
      assertEquals(total.value[0]?.s, keep ? 12 : 3);
      store.insert(todos, { id: "d", n: 6 });
      assertEquals(ids(live.value), [...seen, "d"]);
      assertEquals(total.value[0]?.s, keep ? 18 : 9);
      for (const end of [stop, ...stops]) end();
    }
  }
});

Deno.test("deltas() tell each commit of its own, also of one that a listener makes", () => {
  using store = createStore(schema);
  const live = store.live(large);
  const commits: unknown[] = [];
  store.changes(({ seq }) => commits.push(`changes ${seq}`));
  live.deltas((ops, commit) => {
    commits.push(`deltas ${commit?.seq} of ${ops.length}`);
    if (commit?.seq === 1) store.insert(todos, { id: "b", n: 9 });
  });
  const other: unknown[] = [];
  live.deltas((ops, commit) => other.push(`${commit?.seq} of ${ops.length}`));
  store.insert(todos, { id: "a", n: 3 });
  batch(() => {
    store.insert(todos, { id: "c", n: 3 });
    store.insert(todos, { id: "d", n: 3 });
  });
  assertEquals(other, ["1 of 1", "2 of 1", "3 of 1", "4 of 1"]);
  assertEquals(commits.filter((line) => `${line}`.startsWith("deltas")), [
    "deltas 1 of 1",
    "deltas 2 of 1",
    "deltas 3 of 1",
    "deltas 4 of 1",
  ]);
});

Deno.test("deltas() lead from one query to another when params or signals change", () => {
  using store = createStore(schema);
  store.insert(todos, ["a", "b", "c", "d"].map((id, n) => ({ id, n })));
  const live = store.live(query(todos).where({ n: gte(param("least")) }).with({ least: 2 }));
  let rows: readonly unknown[] = live.value;
  live.deltas((ops) => rows = apply(rows, ops));
  rows = live.value;
  live.with({ least: 1 });
  assertEquals(rows, store.all(query(todos).where({ n: gte(1) })));
  store.insert(todos, { id: "dd", n: 5 });
  // Nobody has read what the first query gave last, and it goes on before it ends.
  batch(() => {
    store.insert(todos, { id: "e", n: 7 });
    live.with({ least: 3 });
    store.insert(todos, { id: "f", n: 8 });
  });
  assertEquals(rows, store.all(query(todos).where({ n: gte(3) })));
});

Deno.test("explain() says whether a live result is maintained or run again", () => {
  using store = createStore(schema);
  const all = query(todos);
  const groups = all.groupBy(["n"], { s: sum("n") });
  const kinds = [
    large.limit(2).offset(1),
    all.select("n").distinct(),
    groups.where({ s: gte(3) }),
    all.where(not(exists(others, { id: "id" }))).leftJoin("o", others, { id: "id" }),
    query(others).include("todos", large.limit(2), { id: "id" }),
  ];
  for (const kind of kinds) assertEquals(store.explain(kind as typeof all).live, "maintained");
  const again = [
    all.limit(0),
    all.where(exists(others, {})),
    query(others).include("todos", all.groupBy(["id"], { s: sum("n") }), { id: "id" }),
  ];
  for (const kind of again) assertEquals(store.explain(kind as typeof all).live, "rerun");
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
