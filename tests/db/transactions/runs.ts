import { query, type Transaction } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertDataError, assertFails, failure, pluck } from "../../conformance/suite.ts";
import { accounts, type DatabaseSuite, gate, schema, sleep } from "../subject.ts";

export function runsTests({ test, open }: DatabaseSuite): void {
  test("a run that others beat runs again, with attempt 1, 2, 3", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const attempts: number[] = [];
    const got = await db.transaction(async (tx) => {
      attempts.push(tx.attempt);
      const row = await tx.get(accounts, "a");
      if (tx.attempt < 3) await db.update(accounts, "a", { amount: tx.attempt });
      await tx.transaction(async (inner) => {
        assertSame(inner.attempt, tx.attempt);
        await inner.update(accounts, "a", { amount: row!.amount + 10 });
      });
      return tx.attempt;
    });
    assertSame([got, attempts], [3, [1, 2, 3]]);
    assertSame((await db.get(accounts, "a"))?.amount, 12);
    assertSame(db.seq, 4);
  });

  test("a run that nobody beats runs once, whoever writes beside it", async () => {
    await using db = await open(schema);
    await db.insert(accounts, [{ id: "a" }, { id: "b" }]);
    let runs = 0;
    await db.transaction(async (tx) => {
      runs++;
      await tx.get(accounts, "a");
      await tx.all(query(accounts).where({ kind: "rare" }));
      await db.update(accounts, "b", { amount: 5 });
      await db.update(accounts, "a", { amount: 0 }); // a commit that changes nothing of what was read
      await tx.update(accounts, "a", { amount: 1 });
    });
    assertSame([runs, db.seq], [1, 4]);
  });

  for (const retries of [0, 2, 5]) {
    for (const waitMs of [0, 20]) {
      test(`${retries} retries are ${retries + 1} runs, then conflict, with waitMs ${waitMs}`, async () => {
        await using db = await open(schema);
        await db.insert(accounts, { id: "a" });
        let runs = 0;
        const error = await assertDataError(
          () =>
            db.transaction(async (tx) => {
              runs++;
              const row = await tx.get(accounts, "a");
              await db.update(accounts, "a", { amount: runs });
              await tx.update(accounts, "a", { amount: row!.amount + 100 });
            }, { retries, waitMs }),
          { code: "conflict" },
        );
        assertSame([runs, error.committed], [retries + 1, "no"]);
        assertSame((await db.get(accounts, "a"))?.amount, retries + 1);
        assertSame(db.seq, retries + 2);
        await db.transaction((tx) => tx.update(accounts, "a", { amount: -1 }));
        assertSame((await db.get(accounts, "a"))?.amount, -1);
      });
    }
  }

  test("a lost run stops at its next verb, and what it threw does not matter", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const seen: unknown[] = [];
    let late: Transaction | undefined;
    await db.transaction(async (tx) => {
      await tx.get(accounts, "a");
      if (tx.attempt > 1) return void await tx.update(accounts, "a", { kind: "done" });
      late = tx;
      await db.update(accounts, "a", { amount: 1 });
      seen.push(await failure(() => tx.get(accounts, "b")));
      seen.push(await failure(() => tx.insert(accounts, { id: "b" })));
      throw new RangeError("not to be told");
    });
    assertSame(seen.every((error) => error instanceof Error), true);
    await assertFails(() => late!.get(accounts, "a"), Error);
    assertSame((await db.all(query(accounts))).map((row) => row.kind), ["done"]);
  });

  test("a run that swallows its loss is run again all the same", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    let runs = 0;
    await db.transaction(async (tx) => {
      runs++;
      const row = await tx.get(accounts, "a");
      if (runs === 1) await db.update(accounts, "a", { amount: 7 });
      await tx.update(accounts, "a", { amount: row!.amount + 1 }).catch(() => {});
      await tx.get(accounts, "a").catch(() => {});
    });
    assertSame([runs, (await db.get(accounts, "a"))?.amount], [2, 8]);
  });

  test("retries and waitMs are 0 or more, a signal aborts before the first run", async () => {
    await using db = await open(schema);
    let runs = 0;
    const fn = () => Promise.resolve(void runs++);
    for (const bad of [-1, NaN, "1" as never]) {
      await assertFails(() => db.transaction(fn, { retries: bad }), RangeError);
      await assertFails(() => db.transaction(fn, { waitMs: bad }), RangeError);
    }
    const reason = new Error("enough");
    const error = await failure(() => db.transaction(fn, { signal: AbortSignal.abort(reason) }));
    assertSame([error === reason, runs], [true, 0]);
  });

  test("a signal that aborts during a run ends it: verbs reject, nothing is written", async () => {
    await using db = await open(schema);
    const reason = { why: "enough" };
    for (const place of ["before a verb", "at the end", "inside a nested one", "caught"]) {
      const abort = new AbortController();
      const error = await failure(() =>
        db.transaction(async (tx) => {
          await tx.insert(accounts, { id: "a" });
          if (place === "inside a nested one") {
            return void await tx.transaction(async (inner) => {
              abort.abort(reason);
              await inner.insert(accounts, { id: "b" });
            });
          }
          abort.abort(reason);
          await sleep();
          if (place === "before a verb") await tx.insert(accounts, { id: "b" });
          if (place === "caught") await tx.insert(accounts, { id: "b" }).catch(() => {});
        }, { signal: abort.signal })
      );
      assertSame(error === reason, true, place);
      assertSame([await db.count(query(accounts)), db.seq], [0, 0], place);
    }
    await db.transaction((tx) => tx.insert(accounts, { id: "a" }), {
      signal: new AbortController().signal,
    });
    assertSame(db.seq, 1);
  });

  test("a signal that aborts between runs ends the transaction", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const abort = new AbortController();
    let runs = 0;
    const error = await failure(() =>
      db.transaction(async (tx) => {
        runs++;
        await tx.get(accounts, "a");
        await db.update(accounts, "a", { amount: runs });
        if (runs === 2) abort.abort("enough");
        await tx.update(accounts, "a", { amount: 100 });
      }, { signal: abort.signal })
    );
    assertSame([error, runs, (await db.get(accounts, "a"))?.amount], ["enough", 2, 2]);
  });

  test("a verb that is not awaited is a TypeError, and nothing is written", async () => {
    await using db = await open(schema);
    const forgets: ((tx: Transaction) => unknown)[] = [
      (tx) => void tx.insert(accounts, { id: "b" }),
      (tx) => void tx.get(accounts, "a"),
      (tx) => void tx.transaction((inner) => inner.insert(accounts, { id: "c" })),
      (tx) => void tx.insert(accounts, { id: "a" }), // it would fail
    ];
    for (const forget of forgets) {
      await assertFails(
        () =>
          db.transaction(async (tx) => {
            await tx.insert(accounts, { id: "a" });
            await forget(tx);
          }),
        TypeError,
        "awaited",
      );
      await sleep();
      assertSame([await db.count(query(accounts)), db.seq], [0, 0], String(forget));
    }
  });

  test("promises may be awaited together, by then, catch and finally", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      const rows = await Promise.all(["a", "b", "c"].map((id) => tx.insert(accounts, { id })));
      assertSame(pluck(rows, "id"), ["a", "b", "c"]);
      const some = await Promise.allSettled([
        tx.insert(accounts, { id: "a" }),
        tx.get(accounts, "b"),
      ]);
      assertSame(some.map(({ status }) => status), ["rejected", "fulfilled"]);
      let done = false;
      await tx.count(query(accounts)).finally(() => void (done = true));
      assertSame([done, await tx.insert(accounts, { id: "c" }).catch(() => "caught")], [
        true,
        "caught",
      ]);
      return tx.get(accounts, "a");
    });
    assertSame(pluck(await db.all(query(accounts)), "id"), ["a", "b", "c"]);
  });

  test("a call after the end is a TypeError, also of iterate and of a nested transaction", async () => {
    await using db = await open(schema);
    let late: Transaction | undefined;
    let rows: AsyncIterator<unknown> | undefined;
    await db.transaction(async (tx) => {
      late = tx;
      await tx.insert(accounts, [{ id: "a" }, { id: "b" }]);
      rows = tx.iterate(query(accounts))[Symbol.asyncIterator]();
    });
    const tx = late!;
    const calls: (() => unknown)[] = [
      () => tx.get(accounts, "a"),
      () => tx.getMany(accounts, ["a"]),
      () => tx.all(query(accounts)),
      () => tx.first(query(accounts)),
      () => tx.count(query(accounts)),
      () => tx.has(query(accounts)),
      () => tx.getValue("motto"),
      () => tx.explain(query(accounts)),
      () => tx.insert(accounts, { id: "z" }),
      () => tx.upsert(accounts, { id: "z" }),
      () => tx.replace(accounts, { id: "z" }),
      () => tx.update(accounts, "a", { amount: 1 }),
      () => tx.updateAll(accounts, {}, { amount: 1 }),
      () => tx.delete(accounts, "a"),
      () => tx.deleteAll(accounts, {}),
      () => tx.claim(query(accounts).limit(1), { amount: 1 }),
      () => tx.setValue("motto", "z"),
      () => tx.transaction(() => Promise.resolve()),
      () => rows!.next(),
    ];
    for (const call of calls) await assertFails(call, TypeError, "ended");
    await assertFails(async () => {
      for await (const _ of tx.iterate(query(accounts))) throw new Error("A row after the end");
    }, TypeError);
    assertSame([await db.count(query(accounts)), db.seq], [2, 1]);
  });

  test("the late call of a run that was rolled back or lost writes nothing", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const end = gate();
    const late: Promise<unknown>[] = [];
    await db.transaction(async (tx) => {
      await tx.get(accounts, "a");
      if (tx.attempt === 1) {
        late.push(failure(() => end.reached.then(() => tx.update(accounts, "a", { amount: 99 }))));
        await db.update(accounts, "a", { amount: 1 });
      }
      await tx.update(accounts, "a", { kind: "mine" });
    });
    end.reach();
    assertSame((await Promise.all(late)).every((error) => error instanceof Error), true);
    assertSame((await db.get(accounts, "a"))?.amount, 1);
  });

  test("any await is allowed in a transaction", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      for (const wait of [() => sleep(), () => sleep(5), () => Promise.resolve(), () => 1]) {
        const n = await tx.count(query(accounts));
        await wait();
        await tx.insert(accounts, { id: `${n}` });
        await wait();
      }
    });
    assertSame(await db.count(query(accounts)), 4);
  });
}
