import { assert, assertEquals } from "@std/assert";
import { type Commit, createStore, increment, query, type Store } from "../../mod.ts";
import { schema, task, todos, users } from "./schema.ts";

const ids = (store: Store) => store.all(query(todos)).map((row) => row.id);

Deno.test("store.undo() reverts one write or transaction at a time, last first", () => {
  using store = createStore(schema);
  store.insert(todos, [task("1"), task("2")]);
  store.transaction((tx) => {
    tx.insert(todos, task("3"));
    tx.update(todos, "1", { title: "y" });
    tx.delete(todos, "2");
  });
  store.update(todos, "1", { priority: 5 });
  assert(store.undo());
  assertEquals(store.get(todos, "1"), { ...task("1"), title: "y" });
  assert(store.undo());
  assertEquals(store.all(query(todos)), [task("1"), task("2")]);
  assert(store.undo());
  assertEquals(ids(store), []);
  assert(!store.undo());
});

Deno.test("store.redo() does again what was undone, in order", () => {
  using store = createStore(schema);
  assert(!store.redo());
  store.insert(todos, task("1"));
  store.update(todos, "1", { title: "y" });
  store.delete(todos, "1");
  for (let i = 0; i < 3; i++) assert(store.undo());
  assert(store.redo());
  assertEquals(store.all(query(todos)), [task("1")]);
  assert(store.redo());
  assertEquals(store.all(query(todos)), [task("1", "y")]);
  assert(store.redo());
  assertEquals(ids(store), []);
  assert(!store.redo());
  assert(store.undo());
  assertEquals(store.all(query(todos)), [task("1", "y")]);
});

Deno.test("store.undo() and redo() give false when there is nothing to do", () => {
  using store = createStore(schema);
  assertEquals([store.undo(), store.redo()], [false, false]);
  store.update(todos, "none", { title: "x" });
  store.transaction(() => {});
  assertEquals([store.undo(), store.redo()], [false, false]);
});

Deno.test("store.redo() is cleared by a new write", () => {
  using store = createStore(schema);
  store.insert(todos, task("1"));
  store.insert(todos, task("2"));
  store.undo();
  store.insert(todos, task("3"));
  assert(!store.redo());
  assertEquals(ids(store), ["1", "3"]);
  assert(store.undo());
  assertEquals(ids(store), ["1"]);
});

Deno.test("store.checkpoint() makes one step of all since the one before", () => {
  using store = createStore(schema);
  store.checkpoint();
  store.insert(todos, task("1"));
  store.insert(todos, task("2"));
  store.checkpoint("second");
  store.checkpoint();
  store.insert(todos, task("3"));
  store.update(todos, "1", { title: "y" });
  store.delete(todos, "2");
  store.checkpoint();
  assert(store.undo());
  assertEquals(store.all(query(todos)), [task("1"), task("2")]);
  assert(store.undo());
  assertEquals(ids(store), []);
  assert(!store.undo());
  assert(store.redo());
  assert(store.redo());
  assertEquals(store.all(query(todos)), [task("1", "y"), task("3")]);
});

Deno.test("store.undo() ends the step that is open", () => {
  using store = createStore(schema);
  store.checkpoint();
  store.insert(todos, task("1"));
  store.checkpoint();
  store.insert(todos, task("2"));
  store.insert(todos, task("3"));
  assert(store.undo());
  assertEquals(ids(store), ["1"]);
  assert(store.redo());
  assertEquals(ids(store), ["1", "2", "3"]);
});

Deno.test("store.undo() passes by what others did", () => {
  using store = createStore(schema);
  store.insert(todos, task("1"));
  store.insert(todos, task("2"), { origin: "sync" });
  store.transaction((tx) => tx.insert(todos, task("3")).id, { origin: "sync" });
  assert(store.undo());
  assertEquals(ids(store), ["2", "3"]);
  assert(!store.undo());
  assert(store.redo());
  assertEquals(ids(store), ["1", "2", "3"]);
});

Deno.test("store.undo() leaves a cell that another has changed since", () => {
  using store = createStore(schema);
  store.insert(todos, task("1"), { origin: "sync" });
  store.update(todos, "1", { title: "mine", priority: 5, done: true });
  store.update(todos, "1", { title: "theirs" }, { origin: "sync" });
  assert(store.undo());
  assertEquals(store.get(todos, "1"), task("1", "theirs"));
});

Deno.test("store.undo() leaves a value that another has changed since", () => {
  using store = createStore(schema);
  store.setValue("theme", "mine");
  store.setValue("theme", "theirs", { origin: "sync" });
  store.undo();
  assertEquals(store.getValue("theme"), "theirs");
});

Deno.test("store.undo() reverts values, updateAll(), deleteAll(), upsert() and claim()", () => {
  using store = createStore(schema);
  store.insert(todos, ["1", "2", "3"].map((id) => task(id)), { origin: "seed" });
  const before = store.all(query(todos));
  store.setValue("theme", "dark");
  assert(store.undo());
  assertEquals(store.getValue("theme"), "light");
  const writes = [
    () => store.updateAll(todos, {}, { priority: increment(3), done: true }),
    () => store.deleteAll(todos, { id: "2" }),
    () => store.upsert(todos, [{ id: "1", title: "y" }, { id: "4", title: "z" }]),
    () => store.replace(todos, { id: "1", title: "y", priority: 9 }),
    () => store.claim(query(todos).limit(2), { done: true }),
  ];
  for (const write of writes) {
    write();
    const after = store.all(query(todos));
    assert(store.undo());
    assertEquals(store.all(query(todos)), before);
    assert(store.redo());
    assertEquals(store.all(query(todos)), after);
    assert(store.undo());
  }
});

Deno.test("store.undo() brings back the rows that a reference deleted", () => {
  using store = createStore(schema);
  store.insert(users, [{ id: "a" }, { id: "b" }], { origin: "seed" });
  const rows = ["1", "2"].map((id) => ({ ...task(id), ownerId: "a" }));
  store.insert(todos, rows, { origin: "seed" });
  store.delete(users, "a");
  assertEquals(ids(store), []);
  assert(store.undo());
  assertEquals(store.all(query(todos)), rows);
  assertEquals(store.count(query(users)), 2);
});

Deno.test("store.undo() and redo() are commits that listeners hear", () => {
  using store = createStore(schema);
  store.insert(todos, task("1"));
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  store.undo();
  store.redo();
  const kinds = commits.map((commit) => {
    const changes = commit.tables.get(todos);
    return changes === "unknown" ? [] : changes?.map((change) => change.kind);
  });
  assertEquals(kinds, [["delete"], ["insert"]]);
  assertEquals(commits.map((commit) => commit.seq), [2, 3]);
});

Deno.test("undoSteps bounds how far back it goes", () => {
  using store = createStore(schema, { undoSteps: 2 });
  for (const id of ["1", "2", "3", "4"]) store.insert(todos, task(id));
  assertEquals([store.undo(), store.undo(), store.undo()], [true, true, false]);
  assertEquals(ids(store), ["1", "2"]);
  using none = createStore(schema, { undoSteps: 0 });
  none.insert(todos, task("1"));
  assertEquals([none.undo(), ids(none)], [false, ["1"]]);
});

Deno.test("store.undo() keeps indexes and unique columns right", () => {
  using store = createStore(schema);
  store.insert(users, { id: "a", email: "1" });
  store.insert(todos, { ...task("1"), priority: 7 });
  store.undo();
  assertEquals(store.count(query(todos).where({ priority: 7 })), 0);
  store.undo();
  store.insert(users, { id: "b", email: "1" });
  assertEquals(store.all(query(users).where({ email: "1" })), [{ id: "b", email: "1" }]);
});

Deno.test("store.undo() and redo() take a step whose unique values moved from row to row", () => {
  using store = createStore(schema);
  store.insert(users, [{ id: "a", email: "1" }, { id: "b", email: "2" }], { origin: "seed" });
  const before = store.all(query(users));
  const steps = [
    () =>
      store.upsert(users, [{ id: "c", email: "3" }, { id: "c", email: null }, {
        id: "d",
        email: "3",
      }]),
    () => store.upsert(users, [{ id: "e" }, { id: "a", email: null }, { id: "f", email: "1" }]),
    () =>
      store.transaction((tx) => {
        tx.update(users, "a", { email: null });
        tx.update(users, "b", { email: "1" });
        tx.update(users, "a", { email: "2" });
      }),
    () =>
      store.transaction((tx) => {
        tx.delete(users, "a");
        tx.insert(users, { id: "g", email: "1" });
      }),
  ];
  for (const step of steps) {
    step();
    const after = store.all(query(users));
    assert(store.undo());
    assertEquals(store.all(query(users)), before);
    assert(store.redo());
    assertEquals(store.all(query(users)), after);
    assert(store.undo());
    for (const email of ["1", "2"]) assertEquals(store.count(query(users).where({ email })), 1);
  }
});
