import { query, type Transaction } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertFails, failure, pluck } from "../../conformance/suite.ts";
import { accounts, type DatabaseSuite, gate, people, schema, sleep } from "../subject.ts";

const idsOf = async (of: Pick<Transaction, "all">) => pluck(await of.all(query(accounts)), "id");

/** Several calls of one transaction at once. */
export function togetherTests({ test, open }: DatabaseSuite): void {
  test("verbs of one transaction at once are all kept, whoever comes between", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "0" });
    const told: (number | undefined)[] = [];
    db.changes(({ tables }) => {
      const changes = tables.get(accounts);
      told.push(changes === "unknown" ? undefined : changes?.length);
    });
    await db.transaction(async (tx) => {
      await Promise.all([
        tx.insert(accounts, { id: "a" }),
        db.get(accounts, "0"),
        tx.insert(accounts, { id: "b" }),
        db.count(query(accounts)),
        db.transaction((other) => other.insert(people, { id: "p", email: "p" })),
        tx.update(accounts, "a", { amount: 1 }),
        tx.update(accounts, "b", { amount: 1 }),
      ]);
      assertSame(await idsOf(tx), ["0", "a", "b"]);
    });
    assertSame(await idsOf(db), ["0", "a", "b"]);
    assertSame((await db.all(query(accounts))).map((row) => row.amount), [0, 1, 1]);
    assertSame(told, [undefined, 2]);
  });

  test("verbs at once take each other's effect in their order", async () => {
    await using db = await open(schema);
    const got = await db.transaction((tx) =>
      Promise.all([
        tx.count(query(accounts)),
        tx.insert(accounts, { id: "a" }).then(() => "inserted"),
        tx.count(query(accounts)),
        tx.insert(accounts, { id: "a" }).catch((error) => error.rule),
        tx.delete(accounts, "a"),
        tx.get(accounts, "a"),
        tx.insert(accounts, { id: "a" }).then(() => "again"),
      ])
    );
    assertSame(got, [0, "inserted", 1, "key", true, undefined, "again"]);
    assertSame(await idsOf(db), ["a"]);
  });

  test("while a nested transaction is open the outer one is of no use", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "a" });
      await tx.transaction(async (inner) => {
        await inner.insert(accounts, { id: "b" });
        await assertFails(() => tx.insert(accounts, { id: "x" }), TypeError, "inside");
        await assertFails(() => tx.get(accounts, "a"), TypeError, "inside");
        await assertFails(() => tx.transaction(() => Promise.resolve()), TypeError, "inside");
        await inner.transaction(async (deep) => {
          await assertFails(() => inner.count(query(accounts)), TypeError, "inside");
          await deep.insert(accounts, { id: "c" });
        });
        assertSame(await inner.count(query(accounts)), 3);
      });
      await tx.insert(accounts, { id: "d" });
    });
    assertSame(await idsOf(db), ["a", "b", "c", "d"]);
  });

  test("a nested rollback takes back nothing that was called before it and not awaited yet", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      await Promise.all([
        tx.insert(accounts, { id: "a" }),
        db.count(query(accounts)),
        tx.transaction(async (inner) => {
          await Promise.all([
            inner.insert(accounts, { id: "b" }),
            inner.insert(accounts, { id: "c" }),
          ]);
          inner.rollback("undone");
        }).catch((reason) => assertSame(reason, "undone")),
      ]);
      assertSame(await idsOf(tx), ["a"]);
    });
    assertSame(await idsOf(db), ["a"]);
  });

  test("what is under way when a function throws is taken back with it", async () => {
    await using db = await open(schema);
    const go = gate();
    const late: unknown[] = [];
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "a" });
      const error = await failure(() =>
        tx.transaction(async (inner) => {
          const running = [1, 2, 3].map((n) => inner.insert(accounts, { id: `${n}` }));
          await Promise.all([...running, Promise.reject("mine")]);
        })
      );
      assertSame(error, "mine");
      assertSame(await idsOf(tx), ["a"]);
      // One inside it goes on after it has ended.
      await failure(() =>
        tx.transaction(async (inner) => {
          const orphan = inner.transaction(async (deep) => {
            await deep.insert(accounts, { id: "deep" });
            await go.reached;
            late.push(await failure(() => deep.insert(accounts, { id: "late" })));
            throw new Error("orphan");
          });
          await Promise.all([orphan, sleep(1).then(() => Promise.reject("mine"))]);
        })
      );
      go.reach();
      await sleep(1);
      assertSame(await idsOf(tx), ["a"]);
    });
    assertSame(late[0] instanceof TypeError, true);
    assertSame(await idsOf(db), ["a"]);
  });

  test("what is under way when a function ends is committed with it", async () => {
    await using db = await open(schema);
    let heard = 0;
    db.changes(({ tables }) => {
      const changes = tables.get(accounts);
      if (changes !== "unknown") heard += changes?.length ?? 0;
    });
    const told: string[] = [];
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "first" });
      for (let i = 0; i < 10; i++) {
        void tx.insert(accounts, { id: `${i}` }).then(({ id }) => told.push(id));
      }
    });
    await sleep();
    assertSame(told, Array.from({ length: 10 }, (_, i) => `${i}`));
    assertSame([await db.count(query(accounts)), heard, db.seq], [11, 11, 1]);
  });

  test("a nested transaction that is still open at the end is a TypeError", async () => {
    await using db = await open(schema);
    const go = gate();
    let inner: Promise<unknown> | undefined;
    await assertFails(
      () =>
        db.transaction(async (tx) => {
          await tx.insert(accounts, { id: "a" });
          inner = tx.transaction(async (open) => {
            await open.insert(accounts, { id: "b" });
            await go.reached;
          }).then(() => "ended", () => "failed");
          await sleep(1);
        }),
      TypeError,
      "awaited",
    );
    go.reach();
    await inner;
    assertSame([await db.count(query(accounts)), db.seq], [0, 0]);
  });
}
