import { count, gt, integer, query, type Schema, sum, table, text } from "../../mod.ts";
import { schema, todos, users } from "./samples.ts";
import { assertSame, show } from "./same.ts";
import { assertDataError, assertFails, bad, failure, pluck, record, type Suite } from "./suite.ts";
import { nest } from "./subject.ts";
import type { AsyncTransaction } from "./verbs.ts";

const base = { title: "x", done: false, due: null, ownerId: null };
const task = (n: number) => ({ ...base, id: `${n}`, priority: n });
const ann = { id: "a", email: "ann@example.org", name: "Ann", role: "admin" } as const;

const counter: Schema = {
  tables: [table("counters", { id: text().primaryKey(), n: integer().default(0) })],
};

export function transactionsTests({ test, open }: Suite): void {
  test("transaction() gives what its function gives, and keeps what it wrote", async () => {
    await using db = await open(schema);
    const got = await db.transaction(function* (tx) {
      const row = yield tx.insert(todos, task(1));
      yield tx.insert(users, ann);
      return row.id;
    });
    assertSame(got, "1");
    assertSame([await db.count(query(todos)), await db.count(query(users))], [1, 1]);
  });

  test("transaction() keeps nothing when its function throws, and throws the same", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const mine = new Error("mine");
    const error = await failure(() =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(2));
        yield tx.update(todos, "1", { title: "y" });
        yield tx.insert(users, ann);
        throw mine;
      })
    );
    assertSame(error === mine, true);
    assertSame(await db.all(query(todos)), [task(1)]);
    assertSame(await db.count(query(users)), 0);
    assertSame(await db.all(query(todos).where({ priority: 2 })), []);
  });

  test("transaction() keeps nothing when a verb in it fails and is not caught", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const run = () =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(2));
        yield tx.insert(todos, task(1));
      });
    await assertDataError(run, { code: "constraint", rule: "key" });
    assertSame(await db.all(query(todos)), [task(1)]);
  });

  test("transaction() goes on when a verb fails and is caught, without that verb", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(1));
      try {
        yield tx.insert(users, [{ id: "b", email: "b" }, { id: "c", email: ann.email }]);
        throw new Error("The insert went through");
      } catch (error) {
        assertSame((error as { rule?: string }).rule, "unique", show(error));
      }
      yield tx.insert(todos, task(2));
    });
    assertSame(pluck(await db.all(query(todos)), "id"), ["1", "2"]);
    assertSame(await db.all(query(users)), [ann]);
  });

  test("a verb or nested transaction that fails at once takes back nothing before it", async () => {
    await using db = await open(schema);
    const fails = [
      (tx: AsyncTransaction) => tx.insert(todos, bad({ id: "9" })),
      (tx: AsyncTransaction) => tx.insert(todos, task(1)),
      (tx: AsyncTransaction) => tx.update(todos, "1", bad({ title: 5 })),
      (tx: AsyncTransaction) => tx.updateAll(todos, {}, bad({ nope: 5 })),
      (tx: AsyncTransaction) => tx.setValue("nope", 5),
      (tx: AsyncTransaction) =>
        nest(tx, function* (nested) {
          yield nested.get(todos, "1");
          nested.rollback("stop");
        }),
    ];
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(1));
      for (const fail of fails) {
        let failed = false;
        try {
          yield fail(tx);
        } catch {
          failed = true;
        }
        assertSame(failed, true, String(fail));
        assertSame(yield tx.all(query(todos)), [task(1)], String(fail));
      }
    });
    assertSame(await db.all(query(todos)), [task(1)]);
  });

  test("reads in a transaction see its writes, by key, index, scan, join and group", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    await db.insert(todos, [task(1), task(2), task(3)]);
    await db.transaction(function* (tx) {
      yield tx.update(todos, "1", { title: "y", priority: 9, ownerId: "a" });
      yield tx.delete(todos, "2");
      yield tx.insert(todos, { ...task(4), done: true, due: new Date(4) });
      assertSame((yield tx.get(todos, "1")).title, "y");
      assertSame(yield tx.get(todos, "2"), undefined);
      assertSame((yield tx.getMany(todos, ["4", "2"])).length, 2);
      const byIndex = yield tx.all(query(todos).where({ done: false, priority: gt(1) }));
      assertSame(pluck(byIndex, "id" as never), ["1", "3"]);
      const ordered = yield tx.all(query(todos).orderBy("due", "desc"));
      assertSame(pluck(ordered, "id" as never), ["4", "3", "1"]);
      const scanned = yield tx.all(query(todos).where({ title: "x" }));
      assertSame(pluck(scanned, "id" as never), ["3", "4"]);
      const joined = yield tx.all(query(todos).join("owner", users, { id: "ownerId" }));
      assertSame(pluck(joined, "id" as never), ["1"]);
      const totals = query(todos).groupBy(["done"], { n: count(), p: sum("priority") });
      assertSame(yield tx.all(totals), [{ done: false, n: 2, p: 12 }, { done: true, n: 1, p: 4 }]);
      assertSame(yield tx.count(query(todos)), 3);
      assertSame(yield tx.has(query(todos).where({ id: "2" })), false);
      assertSame((yield tx.first(query(todos).orderBy("priority", "desc"))).id, "1");
    });
    assertSame(pluck(await db.all(query(todos)), "id"), ["1", "3", "4"]);
  });

  test("verbs in a transaction work on its own writes", async () => {
    await using db = await open(schema);
    await db.insert(todos, [task(1), task(2)]);
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(3));
      assertSame(yield tx.updateAll(todos, { priority: gt(1) }, { done: true }), 2);
      assertSame(yield tx.deleteAll(todos, { done: false }), 1);
      assertSame((yield tx.upsert(todos, { id: "3", title: "y" })).done, true);
      const next = query(todos).where({ done: true }).limit(1);
      assertSame((yield tx.claim(next, { done: false }))[0].id, "2");
      assertSame(yield tx.update(todos, "1", { title: "z" }), undefined);
      yield tx.insert(todos, task(1));
      yield tx.delete(todos, "1");
    });
    const rows = (await db.all(query(todos))).map((row) => [row.id, row.title, row.done]);
    assertSame(rows, [["2", "x", false], ["3", "y", true]]);
  });

  test("rollback() keeps nothing and throws the reason", async () => {
    await using db = await open(schema);
    for (const reason of [new Error("no"), "text", 5, null, { a: 1 }]) {
      let after = false;
      const error = await failure(() =>
        db.transaction(function* (tx) {
          yield tx.insert(todos, task(1));
          tx.rollback(reason);
          after = true;
        })
      );
      assertSame([error === reason, after], [true, false], show(reason));
    }
    await failure(() =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(1));
        tx.rollback();
      })
    );
    assertSame(await db.count(query(todos)), 0);
  });

  test("transaction() is one commit, and none when it is rolled back or only reads", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(1));
    const commits = record(db);
    await db.transaction(function* (tx) {
      yield tx.get(todos, "1");
      yield tx.all(query(todos));
    });
    await failure(() =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(2));
        tx.rollback();
      })
    );
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(3));
      yield nest(tx, function* (nested) {
        yield nested.insert(users, ann);
      });
    });
    await db.insert(todos, task(4));
    await new Promise((done) => setTimeout(done, 20));
    assertSame(commits.map((commit) => commit.seq), [2, 3]);
    assertSame([...commits[0]!.tables.keys()].map((t) => t.name).sort(), ["todos", "users"]);
  });

  test("transactions at once lose no update", async () => {
    await using db = await open(counter);
    const [counters] = counter.tables as [ReturnType<typeof table>];
    await db.insert(counters, bad({ id: "c" }));
    const step = () =>
      db.transaction(function* (tx) {
        const row = yield tx.get(counters, bad("c"));
        yield tx.update(counters, bad("c"), bad({ n: row.n + 1 }));
      });
    await Promise.all(Array.from({ length: 20 }, step));
    assertSame(await db.get(counters, bad("c")), { id: "c", n: 20 });
  });

  test("transaction() refuses what is no function", async () => {
    await using db = await open(schema);
    for (const fn of [undefined, null, 1, "x", {}]) {
      const run = () => (db.source.transaction as (fn: never) => unknown)(bad(fn));
      await assertFails(run, TypeError);
    }
    await db.insert(todos, task(1));
    assertSame(await db.count(query(todos)), 1);
  });
}
