import { type Commit, increment, query } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertDataError, assertFails, failure, pluck, until } from "../../conformance/suite.ts";
import {
  accounts,
  collected,
  type DatabaseSuite,
  gate,
  loans,
  notes,
  people,
  schema,
  sleep,
} from "../subject.ts";

const ann = { id: "ann", email: "ann@x", city: "" };

export function besideTests({ test, open }: DatabaseSuite): void {
  test("plain verbs that are awaited inside a transaction neither wait nor get lost", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    await db.transaction(async (tx) => {
      await tx.get(accounts, "a");
      await tx.update(accounts, "a", { amount: 1 });
      await db.insert(people, ann);
      assertSame(await db.count(query(people)), 1);
      await db.transaction(async (other) => {
        await other.insert(people, { id: "bob", email: "bob@x" });
        assertSame((await other.get(accounts, "a"))?.amount, 0);
      });
      assertSame((await db.claim(query(people).limit(1), { city: "Rome" })).length, 1);
      await sleep();
      await db.setValue("motto", "plain");
    }, { retries: 0 });
    assertSame([db.seq, await db.count(query(people))], [6, 2]);
    assertSame((await db.get(accounts, "a"))?.amount, 1);
  });

  test("plain writes inside stay when the transaction is rolled back", async () => {
    await using db = await open(schema);
    await failure(() =>
      db.transaction(async (tx) => {
        await tx.insert(accounts, { id: "a" });
        await db.insert(accounts, { id: "b" });
        tx.rollback();
      })
    );
    assertSame(pluck(await db.all(query(accounts)), "id"), ["b"]);
  });

  test("plain writes wait for a transaction that has reserved, and get through", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const [lost, held] = [gate(), gate()];
    const transaction = db.transaction(async (tx) => {
      const row = await tx.get(accounts, "a");
      if (tx.attempt <= 3) await db.update(accounts, "a", { amount: increment(1) });
      else {
        lost.reach();
        await held.reached;
      }
      await tx.update(accounts, "a", { amount: row!.amount + 100 });
      return tx.attempt;
    });
    await lost.reached;
    const order: string[] = [];
    const plain = db.update(accounts, "a", { amount: increment(1) }).then(() =>
      order.push("plain")
    );
    const reads = db.get(accounts, "a").then((row) => order.push(`read ${row?.amount}`));
    await reads;
    await sleep(20);
    held.reach();
    assertSame(await transaction.then((runs) => (order.push("transaction"), runs)), 4);
    await plain;
    assertSame(order.slice().sort(), ["plain", "read 3", "transaction"]);
    assertSame((await db.get(accounts, "a"))?.amount, 104);
  });

  test("a reservation ends after waitMs, whatever its transaction does", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    let waited = 0;
    await db.transaction(async (tx) => {
      const row = await tx.get(accounts, "a");
      if (tx.attempt <= 4) {
        const start = performance.now();
        await db.update(accounts, "a", { amount: increment(1) });
        if (tx.attempt === 4) waited = performance.now() - start;
      }
      await tx.update(accounts, "a", { amount: row!.amount + 100 });
    }, { waitMs: 60 });
    assertSame((await db.get(accounts, "a"))?.amount, 104);
    if (waited < 40 || waited > 1_500) throw new Error(`Waited for ${waited} ms`);
  });

  test("references are followed and checked at the commit", async () => {
    await using db = await open(schema);
    await db.insert(people, [ann, { id: "bob", email: "bob@x" }]);
    await db.insert(notes, [{ id: "1", personId: "ann" }, { id: "2", personId: "bob" }]);
    await db.transaction(async (tx) => {
      await tx.insert(loans, { id: "l", personId: "new" }); // the person comes later
      await tx.delete(people, "ann");
      assertSame(await tx.count(query(notes)), 2);
      await tx.insert(people, { id: "new", email: "ann@x" });
    });
    assertSame(pluck(await db.all(query(notes)), "id"), ["2"]);
    const { seq } = db;
    const broken: (() => Promise<unknown>)[] = [
      () => db.transaction((tx) => tx.delete(people, "new")),
      () => db.transaction((tx) => tx.insert(notes, { personId: "ann" })),
      () =>
        db.transaction(async (tx) => {
          await tx.delete(people, "bob");
          await tx.insert(loans, { personId: "bob" });
        }),
    ];
    for (const run of broken) await assertDataError(run, { code: "constraint", rule: "reference" });
    assertSame([db.seq, await db.count(query(people)), await db.count(query(notes))], [seq, 2, 1]);
  });

  test("a reference that another breaks before the commit is refused", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    await assertDataError(
      () =>
        db.transaction(async (tx) => {
          await tx.insert(notes, { id: "1", personId: "ann" });
          await db.delete(people, "ann");
          await sleep();
        }),
      { code: "constraint", rule: "reference" },
    );
    assertSame(await db.count(query(notes)), 0);
  });

  test("writes at once are each all or nothing, whatever becomes of the others", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    const settled = await Promise.allSettled([
      db.insert(accounts, { id: "a" }),
      db.insert(loans, [{ id: "1", personId: "ann" }, { id: "2", personId: "none" }]),
      db.insert(accounts, [{ id: "b" }, { id: "a" }]),
      db.transaction(async (tx) => {
        await tx.insert(notes, { id: "n", personId: "ann" });
        await tx.insert(loans, { id: "3", personId: "none" });
      }),
      db.deleteAll(people, {}),
      db.insert(accounts, { id: "c" }),
      db.update(people, "ann", () => {
        throw new Error("mine");
      }),
      db.insert(loans, { id: "4", personId: "ann" }),
    ]);
    const rules = settled.map((result) =>
      result.status === "rejected" ? result.reason.rule ?? result.reason.message : "done"
    );
    // The row that the last but one asks for is gone by then, so that its function is not called.
    assertSame(rules, [
      ...["done", "reference", "key", "reference", "done", "done", "done"],
      "reference",
    ]);
    assertSame(pluck(await db.all(query(accounts)), "id"), ["a", "c"]);
    assertSame(await db.count(query(people)), 0);
    assertSame([await db.count(query(loans)), await db.count(query(notes))], [0, 0]);
    assertSame(db.seq, 4);
  });

  test("changes() tells of commits in the order of seq, without gaps, with their origin", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const commits: Commit[] = [];
    db.changes((commit) => commits.push(commit));
    let ends = 0;
    const work = Array.from({ length: 30 }, async (_, i) => {
      const origin = `${i}`;
      if (i % 3 === 0) await db.update(accounts, "a", { amount: increment(1) }, { origin });
      else {
        await db.transaction(async (tx) => {
          const row = await tx.get(accounts, "a");
          if (i % 2) await sleep();
          await tx.update(accounts, "a", { amount: row!.amount + 1 });
          if (i === 7) tx.rollback();
        }, { origin }).catch(() => {});
      }
      ends++;
      // Who was told that a write is done finds it told to all.
      if (i !== 7) assertSame(commits.some((commit) => commit.origin === origin), true);
    });
    await Promise.all(work);
    assertSame([ends, db.seq], [30, 30]);
    assertSame(commits.map(({ seq }) => seq), Array.from({ length: 29 }, (_, i) => i + 2));
    assertSame(
      commits.map(({ origin }) => Number(origin)).sort((a, b) => a - b).includes(7),
      false,
    );
    assertSame(new Set(commits.map(({ id }) => id)).size, 29);
    const amounts = commits.map(({ tables }) => {
      const changes = tables.get(accounts);
      return changes === "unknown" ? changes : (changes?.[0]?.after as { amount: number }).amount;
    });
    assertSame(amounts, Array.from({ length: 29 }, (_, i) => i + 1));
  });

  test("a listener may write, read and run transactions", async () => {
    await using db = await open(schema);
    const told: number[] = [];
    const work: Promise<unknown>[] = [];
    db.changes(({ seq, origin }) => {
      told.push(seq);
      if (origin !== "first") return;
      work.push(
        db.insert(people, { id: `p${seq}`, email: `${seq}` }),
        db.transaction(async (tx) => {
          const row = await tx.get(accounts, "a");
          await tx.update(accounts, "a", { amount: row!.amount + 1 });
        }),
        db.count(query(accounts)),
      );
    });
    await db.insert(accounts, { id: "a" }, { origin: "first" });
    await db.transaction((tx) => tx.update(accounts, "a", { kind: "x" }), { origin: "first" });
    await until(() => work.length === 6);
    await Promise.all(work);
    assertSame(told, [1, 2, 3, 4, 5, 6]);
    assertSame([(await db.get(accounts, "a"))?.amount, db.seq], [2, 6]);
  });

  test("close() waits for what runs, then every verb is DataError closed", async () => {
    const db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const [begun, go] = [gate(), gate()];
    const long = db.transaction(async (tx) => {
      await tx.get(accounts, "a");
      begun.reach();
      await go.reached;
      await tx.update(accounts, "a", { amount: 5 });
      return await tx.count(query(accounts));
    });
    await begun.reached;
    const write = db.insert(accounts, { id: "b" });
    let closed = false;
    const closing = db.close().then(() => void (closed = true));
    await assertDataError(() => db.get(accounts, "a"), { code: "closed" });
    await sleep(10);
    assertSame(closed, false);
    go.reach();
    assertSame([await long, (await write).id], [2, "b"]);
    await closing;
    assertSame(await db.closed, { reason: "close" });
    const calls: (() => unknown)[] = [
      () => db.get(accounts, "a"),
      () => db.getMany(accounts, ["a"]),
      () => db.getMany(accounts, []),
      () => db.all(query(accounts)),
      () => db.first(query(accounts)),
      () => db.count(query(accounts)),
      () => db.has(query(accounts)),
      () => collected(db.iterate(query(accounts))),
      () => db.getValue("motto"),
      () => db.explain(query(accounts)),
      () => db.insert(accounts, { id: "z" }),
      () => db.insert(accounts, []),
      () => db.upsert(accounts, { id: "z" }),
      () => db.replace(accounts, { id: "z" }),
      () => db.update(accounts, "a", { amount: 1 }),
      () => db.updateAll(accounts, {}, { amount: 1 }),
      () => db.delete(accounts, "a"),
      () => db.deleteAll(accounts, {}),
      () => db.claim(query(accounts).limit(1), { amount: 1 }),
      () => db.setValue("motto", "z"),
      () => db.transaction(() => Promise.resolve(1)),
      () => db.check(),
      () => db.changes(() => {}),
    ];
    for (const call of calls) await assertDataError(call, { code: "closed" });
    await db.close();
    await db[Symbol.asyncDispose]();
  });

  test("close() inside a transaction does not keep it from ending", async () => {
    const db = await open(schema);
    let closing: Promise<void> | undefined;
    await db.transaction(async (tx) => {
      closing = db.close();
      await tx.insert(accounts, { id: "a" });
      assertSame(await tx.count(query(accounts)), 1);
    });
    await closing;
    assertSame(db.seq, 1);
    await assertFails(() => db.count(query(accounts)), Error, "closed");
  });
}
