import { assert, assertEquals } from "@std/assert";
import { batch } from "@preact/signals-core";
import {
  createStore,
  exists,
  gte,
  integer,
  not,
  param,
  query,
  sum,
  table,
  text,
} from "../../mod.ts";
import { apply } from "./apply.ts";

const todos = table("todos", { id: text().primaryKey(), n: integer() });
const others = table("others", { id: text().primaryKey() });
const schema = { tables: [todos, others] };
const large = query(todos).where({ n: gte(2) }).orderBy("n");
const ids = (rows: readonly { readonly id: string }[]) => rows.map((row) => row.id);

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

Deno.test("groups that nobody watched for a while are the same objects where they are the same", () => {
  using store = createStore(schema);
  store.insert(todos, ["a", "b", "c", "d"].map((id, n) => ({ id, n: n % 3 })));
  const groups = query(todos).groupBy(["n"], { s: sum("n") });
  for (const asked of [groups, groups.limit(2)]) {
    const live = store.live(asked);
    live.subscribe(() => {})();
    const before = live.value;
    const stop = live.subscribe(() => {});
    assertEquals(live.value === before, true);
    store.insert(todos, { id: `e${before.length}`, n: 1 });
    assertEquals(live.value.map((row, i) => row === before[i]).slice(0, 2), [true, false]);
    stop();
  }
});
