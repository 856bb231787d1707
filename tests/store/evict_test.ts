import { assertEquals, assertThrows } from "@std/assert";
import { type Change, type Commit, createStore, query, type Store } from "../../mod.ts";
import { schema, task, todos, users } from "./schema.ts";

const ids = (store: Store) => store.all(query(todos)).map((row) => row.id);

function recorded(store: Store): Change[] {
  const all: Change[] = [];
  store.changes((commit: Commit) => {
    for (const changes of commit.tables.values()) if (changes !== "unknown") all.push(...changes);
  });
  return all;
}

Deno.test("evict.maxRows keeps the rows written last", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 3 } } });
  for (const id of ["1", "2", "3", "4", "5"]) store.insert(todos, task(id));
  assertEquals(ids(store), ["3", "4", "5"]);
  store.insert(users, ["a", "b", "c", "d"].map((id) => ({ id })));
  assertEquals(store.count(query(users)), 4);
});

Deno.test("evict.maxRows holds within one call too", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 2 } } });
  store.insert(todos, ["1", "2", "3", "4"].map((id) => task(id)));
  assertEquals(ids(store), ["3", "4"]);
  assertEquals(store.count(query(todos).where({ priority: 0 })), 2);
});

Deno.test("evict.maxRows counts reads and updates as use", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 3 } } });
  for (const id of ["1", "2", "3"]) store.insert(todos, task(id));
  store.get(todos, "1");
  store.insert(todos, task("4"));
  assertEquals([store.get(todos, "2"), ids(store)], [undefined, ["1", "3", "4"]]);
  using other = createStore(schema, { evict: { todos: { maxRows: 3 } } });
  for (const id of ["1", "2", "3"]) other.insert(todos, task(id));
  other.update(todos, "1", { title: "y" });
  other.insert(todos, task("4"));
  assertEquals(ids(other), ["1", "3", "4"]);
});

Deno.test("evict.maxRows counts the rows that a query gives as used", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 3 } } });
  for (const id of ["1", "2", "3"]) store.insert(todos, task(id));
  store.all(query(todos).where({ id: "1" }));
  store.insert(todos, task("4"));
  assertEquals(ids(store), ["1", "3", "4"]);
});

Deno.test("eviction is told as eviction, and never looks like a delete", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 1 } } });
  const changes = recorded(store);
  store.insert(todos, task("1"));
  store.insert(todos, task("2"));
  assertEquals(changes.filter((change) => change.kind === "delete"), []);
  const evicted = changes.filter((change) => change.kind === "evict");
  assertEquals(evicted.map((change) => [change.key, change.after]), [["1", undefined]]);
});

Deno.test("evict.ttlMs drops rows that are too old, by the clock given", () => {
  let now = 1_000_000;
  const options = { now: () => now, evict: { todos: { ttlMs: 100 } } };
  using store = createStore(schema, options);
  const changes = recorded(store);
  store.insert(todos, task("1"));
  now += 60;
  store.insert(todos, task("2"));
  now += 39;
  assertEquals(store.has(query(todos).where({ id: "1" })), true);
  using other = createStore(schema, options);
  other.insert(todos, task("1"));
  now += 101;
  assertEquals([other.get(todos, "1"), ids(other), other.count(query(todos))], [undefined, [], 0]);
  now += 100;
  assertEquals(ids(store), []);
  const evicted = changes.filter((change) => change.kind === "evict");
  assertEquals(evicted.map((change) => change.key).sort(), ["1", "2"]);
  assertEquals(changes.some((change) => change.kind === "delete"), false);
});

Deno.test("evict.ttlMs lets a key be used again after its row is too old", () => {
  let now = 0;
  using store = createStore(schema, { now: () => now, evict: { users: { ttlMs: 10 } } });
  store.insert(users, { id: "a", email: "1" });
  now += 50;
  store.insert(users, { id: "a", email: "1" });
  assertEquals(store.all(query(users)), [{ id: "a", email: "1" }]);
});

Deno.test("store.undo() leaves what was evicted", () => {
  using store = createStore(schema, { evict: { todos: { maxRows: 2 } } });
  for (const id of ["1", "2", "3"]) store.insert(todos, task(id));
  assertEquals(store.undo(), true);
  assertEquals(ids(store), ["2"]);
});

Deno.test("evict refuses tables that are not there and what is no bound", () => {
  assertThrows(() => createStore(schema, { evict: { nope: { maxRows: 1 } } }), TypeError, "nope");
  for (const maxRows of [-1, 0.5, NaN]) {
    assertThrows(() => createStore(schema, { evict: { todos: { maxRows } } }), RangeError);
  }
  assertThrows(() => createStore(schema, { evict: { todos: { ttlMs: NaN } } }), RangeError);
});
