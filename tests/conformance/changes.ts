import { type AnyTable, type Change, type Commit, gt, query } from "../../mod.ts";
import { lines, schema, todos, users } from "./samples.ts";
import { assertSame, show } from "./same.ts";
import { bad, failure, quietly, record, type Suite, until } from "./suite.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const base = { title: "x", done: false, due: null, ownerId: null };
const task = (n: number) => ({ ...base, id: `${n}`, priority: n });

function changesOf(commit: Commit | undefined, target: AnyTable): readonly Change[] {
  const changes = commit?.tables.get(target);
  if (changes === undefined || changes === "unknown") {
    throw new Error(`No changes: ${show(changes)}`);
  }
  return changes;
}

export function changesTests({ test, open }: Suite): void {
  test("changes() tells of an insert, with the row after it", async () => {
    await using db = await open(schema);
    const commits = record(db);
    const row = await db.insert(todos, { id: "1", title: "x" });
    await until(() => commits.length === 1);
    const [commit] = commits;
    assertSame([commit!.seq, commit!.source, commit!.origin], [1, "local", undefined]);
    assertSame(UUID_V7.test(commit!.id), true, commit!.id);
    assertSame([...commit!.tables.keys()].map((target) => target === todos), [true]);
    const [change, ...rest] = changesOf(commit, todos);
    assertSame(rest, []);
    assertSame([change!.key, change!.kind, change!.before], ["1", "insert", undefined]);
    assertSame(change!.after, row);
    assertSame(["id", "title"].every((name) => change!.columns.includes(name)), true);
  });

  test("changes() tells of an update, with the columns written and both rows", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const commits = record(db);
    await db.update(todos, "1", { title: "y", done: false });
    await until(() => commits.length === 1);
    const [change] = changesOf(commits[0], todos);
    assertSame([change!.key, change!.kind], ["1", "update"]);
    assertSame([...change!.columns].sort(), ["done", "title"]);
    assertSame([change!.before, change!.after], [task(1), { ...task(1), title: "y" }]);
  });

  test("changes() tells of a delete, with the row before it", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const commits = record(db);
    await db.delete(todos, "1");
    await until(() => commits.length === 1);
    const [change] = changesOf(commits[0], todos);
    const { key, kind, before, after } = change!;
    assertSame([key, kind, before, after], ["1", "delete", task(1), undefined]);
  });

  test("changes() gives the key as a tuple when it is compound", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.insert(lines, { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 });
    await until(() => commits.length === 1);
    assertSame(changesOf(commits[0], lines)[0]!.key, ["o", 1]);
  });

  test("changes() lists the rows that updateAll() and deleteAll() hit", async () => {
    await using db = await open(schema);
    await db.insert(todos, [1, 2, 3].map(task));
    const commits = record(db);
    await db.updateAll(todos, { priority: gt(1) }, { done: true });
    await db.deleteAll(todos, { done: true });
    await until(() => commits.length === 2);
    const [first, second] = commits.map((commit) => changesOf(commit, todos));
    assertSame(first!.map((change) => change.key).sort(), ["2", "3"]);
    assertSame(first!.map((change) => [change.kind, change.columns.join()]), [
      ["update", "done"],
      ["update", "done"],
    ]);
    assertSame(second!.map((change) => [change.kind, change.key]).sort(), [
      ["delete", "2"],
      ["delete", "3"],
    ]);
  });

  test("changes() tells what upsert() and replace() did", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.upsert(todos, { id: "1", title: "x" });
    await db.upsert(todos, { id: "1", title: "y" });
    await db.replace(todos, { id: "1", title: "z" });
    await db.replace(todos, { id: "2", title: "z" });
    await until(() => commits.length === 4);
    const kinds = commits.map((commit) => changesOf(commit, todos)[0]!.kind);
    assertSame(kinds, ["insert", "update", "update", "insert"]);
    assertSame(changesOf(commits[1], todos)[0]!.columns, ["title"]);
  });

  test("changes() tells what a reference did to other rows", async () => {
    await using db = await open(schema);
    await db.insert(users, { id: "a", email: "a" });
    await db.insert(todos, { ...task(1), ownerId: "a" });
    const commits = record(db);
    await db.transaction(function* (tx) {
      yield tx.update(todos, "1", { ownerId: null });
      yield tx.delete(users, "a");
    });
    await until(() => commits.length === 1);
    assertSame(changesOf(commits[0], todos)[0]!.kind, "update");
    assertSame(changesOf(commits[0], users)[0]!.kind, "delete");
  });

  test("seq counts 1, 2, 3 without gaps, whatever failed between", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.insert(todos, task(1));
    await failure(() => db.insert(todos, task(1)));
    await failure(() => db.insert(todos, bad({})));
    await failure(() =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(5));
        tx.rollback();
      })
    );
    await db.insert(todos, [task(2), task(3)]);
    await db.update(todos, "1", { title: "y" });
    await db.delete(todos, "1");
    await until(() => commits.length === 4);
    assertSame(commits.map((commit) => commit.seq), [1, 2, 3, 4]);
    assertSame(new Set(commits.map((commit) => commit.id)).size, 4);
  });

  test("a write that hits no row is no commit", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.update(todos, "1", { title: "y" });
    await db.updateAll(todos, {}, { title: "y" });
    await db.delete(todos, "1");
    await db.deleteAll(todos, {});
    await db.insert(todos, []);
    await db.claim(query(todos).limit(1), { done: true });
    await db.transaction(function* () {});
    await db.insert(todos, task(1));
    await db.insert(todos, task(1), { onConflict: "ignore" });
    await db.insert(todos, task(2));
    await until(() => commits.length === 2);
    assertSame(commits.map((commit) => commit.seq), [1, 2]);
  });

  test("a transaction that writes one row several times tells of its end", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const commits = record(db);
    await db.transaction(function* (tx) {
      yield tx.update(todos, "1", { title: "y" });
      yield tx.update(todos, "1", { priority: 5 });
      yield tx.insert(todos, task(2));
      yield tx.update(todos, "2", { title: "z" });
    });
    await until(() => commits.length === 1);
    const changes = changesOf(commits[0], todos);
    for (const [key, before] of [["1", task(1)], ["2", undefined]] as const) {
      const mine = changes.filter((change) => change.key === key);
      assertSame(mine[0]!.before, before);
      assertSame(mine[0]!.kind, before === undefined ? "insert" : "update");
      assertSame(mine.at(-1)!.after, await db.get(todos, key));
    }
  });

  test("an origin reaches the listeners, from every verb", async () => {
    await using db = await open(schema);
    const commits = record(db);
    const options = { origin: "me" };
    await db.insert(todos, task(1), options);
    await db.upsert(todos, { id: "1", title: "y" }, options);
    await db.replace(todos, task(1), options);
    await db.update(todos, "1", { title: "y" }, options);
    await db.updateAll(todos, {}, { title: "z" }, options);
    await db.claim(query(todos).limit(1), { done: true }, options);
    await db.delete(todos, "1", options);
    await db.insert(todos, task(1), options);
    await db.deleteAll(todos, {}, options);
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(1));
    }, options);
    await db.insert(todos, task(2));
    await until(() => commits.length === 11);
    assertSame(commits.map((commit) => commit.origin), [...Array(10).fill("me"), undefined]);
  });

  test("a listener that throws stops neither the others nor the write", async () => {
    await using db = await open(schema);
    const before = record(db);
    db.changes(() => {
      throw new Error("A listener that fails");
    });
    const after = record(db);
    await quietly(async () => {
      await db.insert(todos, task(1));
      await db.insert(todos, task(2));
      await until(() => after.length === 2);
    });
    assertSame([before.length, after.length], [2, 2]);
    assertSame(await db.count(query(todos)), 2);
  });

  test("a listener may write: a commit of its own, told to all in order", async () => {
    await using db = await open(schema);
    const first = record(db);
    db.changes((commit) => {
      if (commit.seq === 1) void db.insert(users, { id: "a", email: "a" });
    });
    const second = record(db);
    await db.insert(todos, task(1));
    await until(() => first.length === 2 && second.length === 2);
    for (const commits of [first, second]) {
      assertSame(commits.map((commit) => commit.seq), [1, 2]);
      assertSame(changesOf(commits[0], todos).length, 1);
      assertSame(changesOf(commits[1], users).length, 1);
    }
    assertSame(await db.count(query(users)), 1);
  });

  test("changes() tells nothing more after it is left", async () => {
    await using db = await open(schema);
    const kept = record(db);
    const heard: Commit[] = [];
    const leave = db.changes((commit) => heard.push(commit));
    await db.insert(todos, task(1));
    await until(() => kept.length === 1);
    leave();
    leave();
    await db.insert(todos, task(2));
    await until(() => kept.length === 2);
    assertSame(heard.map((commit) => commit.seq), [1]);
  });
}
