import { assertEquals, assertThrows } from "@std/assert";
import { type Commit, createStore, DataError, query, type StoreTransaction } from "../../mod.ts";
import { schema, task, todos, users } from "./schema.ts";

Deno.test("store.transaction() is synchronous and tells listeners before it returns", () => {
  using store = createStore(schema);
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  const got = store.transaction((tx) => {
    tx.insert(users, { id: "a" });
    const row = tx.insert(todos, { title: "x", ownerId: "a" });
    assertEquals(commits.length, 0);
    return row.title;
  });
  assertEquals([got, commits.length, commits[0]!.tables.size], ["x", 1, 2]);
});

Deno.test("store.transaction() refuses a function that gives a promise, and keeps nothing", () => {
  using store = createStore(schema);
  const later = async (tx: StoreTransaction) => {
    tx.insert(todos, task("1"));
    await Promise.resolve();
  };
  assertThrows(() => store.transaction(later as never), TypeError);
  const thenable = (tx: StoreTransaction) => {
    tx.insert(todos, task("2"));
    return { then: () => {} };
  };
  assertThrows(() => store.transaction(thenable as never), TypeError);
  store.transaction((tx) => {
    tx.insert(todos, task("3"));
    assertThrows(() => tx.transaction(later as never), TypeError);
  });
  assertEquals(store.all(query(todos)).map((row) => row.id), ["3"]);
});

Deno.test("store.transaction() leaves no rejection behind when the promise rejects", async () => {
  using store = createStore(schema);
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  const fail = () => Promise.reject(new Error("late"));
  assertThrows(() => store.transaction(fail as never), TypeError);
  await new Promise((done) => setTimeout(done, 0));
  globalThis.removeEventListener("unhandledrejection", listen);
  assertEquals([unhandled, store.count(query(todos))], [[], 0]);
});

Deno.test("store.transaction() takes in what the store's own verbs do meanwhile", () => {
  using store = createStore(schema);
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  assertThrows(
    () =>
      store.transaction((tx) => {
        store.insert(todos, task("1"));
        assertEquals(tx.count(query(todos)), 1);
        tx.rollback(new RangeError("mine"));
      }),
    RangeError,
    "mine",
  );
  assertEquals([store.count(query(todos)), commits.length], [0, 0]);
  store.transaction((tx) => {
    tx.insert(todos, task("1"));
    store.update(todos, "1", { title: "y" });
    assertEquals(store.get(todos, "1")?.title, "y");
    store.setValue("theme", "dark");
  });
  assertEquals([store.get(todos, "1")?.title, store.getValue("theme")], ["y", "dark"]);
  assertEquals(commits.length, 1);
});

Deno.test("store.transaction() within a transaction of the store is a nested one", () => {
  using store = createStore(schema);
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  store.transaction((tx) => {
    tx.insert(todos, task("1"));
    assertThrows(
      () =>
        store.transaction((inner) => {
          inner.insert(todos, task("2"));
          inner.rollback(new Error("inner"));
        }),
      Error,
      "inner",
    );
    store.transaction((inner) => inner.insert(todos, task("3")).id);
  });
  assertEquals(store.all(query(todos)).map((row) => row.id), ["1", "3"]);
  assertEquals(commits.length, 1);
});

Deno.test("store.transaction() refuses its handle once it has ended", () => {
  using store = createStore(schema);
  let kept: StoreTransaction | undefined;
  let inner: StoreTransaction | undefined;
  store.transaction((tx) => {
    kept = tx;
    tx.transaction((nested) => {
      inner = nested;
    });
    assertThrows(() => inner!.insert(todos, task("1")));
  });
  assertThrows(() => kept!.insert(todos, task("1")));
  assertThrows(() => kept!.get(todos, "1"));
  assertThrows(() => kept!.all(query(todos)));
  assertThrows(() => kept!.rollback());
  assertThrows(() => kept!.transaction(() => {}));
  assertThrows(() =>
    store.transaction((tx) => {
      kept = tx;
      tx.rollback();
    })
  );
  assertThrows(() => kept!.insert(todos, task("1")));
  assertEquals(store.count(query(todos)), 0);
});

Deno.test("store.transaction() goes on after one that failed", () => {
  using store = createStore(schema);
  const fail = () => store.transaction((tx) => tx.insert(todos, { title: "x", ownerId: "z" }).id);
  assertThrows(fail, DataError);
  assertThrows(fail, DataError);
  store.transaction((tx) => tx.insert(todos, task("1")).id);
  assertEquals(store.count(query(todos)), 1);
});

Deno.test("store.changes() listeners that write in a transaction get commits of their own", () => {
  using store = createStore(schema);
  const seqs: number[] = [];
  store.changes((commit) => {
    if (commit.seq !== 1) return;
    store.transaction((tx) => {
      tx.insert(users, { id: "a" });
      tx.update(todos, "1", { ownerId: "a" });
    });
  });
  store.changes((commit) => seqs.push(commit.seq));
  store.insert(todos, task("1"));
  assertEquals(seqs, [1, 2]);
  assertEquals(store.get(todos, "1")?.ownerId, "a");
});
