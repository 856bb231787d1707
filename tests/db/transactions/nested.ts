import { query, type Transaction } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertDataError, assertFails, failure, pluck } from "../../conformance/suite.ts";
import { accounts, type DatabaseSuite, notes, people, schema, sleep } from "../subject.ts";

const ann = { id: "ann", email: "ann@x", city: "" };
const ids = (rows: readonly { readonly id: string }[]) => pluck(rows, "id");

/** A transaction inside `tx` that does its work and is rolled back. */
async function undone(tx: Transaction, fn: (tx: Transaction) => Promise<unknown>): Promise<void> {
  const reason = Symbol("undone");
  const error = await failure(() =>
    tx.transaction(async (inner) => {
      await fn(inner);
      inner.rollback(reason);
    })
  );
  assertSame(error === reason, true);
}

export function nestedTests({ test, open }: DatabaseSuite): void {
  test("rollback() rejects with its reason, whatever that is, or with an error of its own", async () => {
    await using db = await open(schema);
    for (const reason of [new Error("no"), "text", 0, null, { a: 1 }]) {
      let after = false;
      const error = await failure(() =>
        db.transaction(async (tx) => {
          await tx.insert(accounts, { id: "a" });
          tx.rollback(reason);
          after = true;
        })
      );
      assertSame([error === reason, after], [true, false]);
    }
    const told = await failure(() =>
      db.transaction(async (tx) => tx.rollback(await tx.count(query(accounts)) + 1))
    );
    assertSame(told, 1);
    await assertFails(
      () => db.transaction((tx) => Promise.resolve(tx.rollback())),
      Error,
      "rolled back",
    );
    assertSame([await db.count(query(accounts)), db.seq], [0, 0]);
  });

  test("rollback() counts even when its throw is caught", async () => {
    await using db = await open(schema);
    const error = await failure(() =>
      db.transaction(async (tx) => {
        await tx.insert(accounts, { id: "a" });
        try {
          tx.rollback("mine");
        } catch {
          // The function goes on as if nothing were.
        }
        return "done";
      })
    );
    assertSame(error, "mine");
    assertSame(await db.count(query(accounts)), 0);
  });

  test("a nested rollback takes back only what was written inside", async () => {
    await using db = await open(schema);
    await db.insert(accounts, [{ id: "a", amount: 1 }, { id: "b", amount: 2 }]);
    await db.transaction(async (tx) => {
      await tx.update(accounts, "a", { amount: 10 });
      await tx.insert(accounts, { id: "c", amount: 3 });
      await undone(tx, async (inner) => {
        await inner.update(accounts, "a", { amount: 11 });
        await inner.delete(accounts, "b");
        await inner.delete(accounts, "c");
        await inner.insert(accounts, [{ id: "d" }, { id: "b", amount: 22 }]);
        await inner.updateAll(accounts, {}, { kind: "inner" });
        assertSame(ids(await inner.all(query(accounts))), ["a", "b", "d"]);
      });
      assertSame((await tx.getMany(accounts, ["a", "b", "c", "d"])).map((row) => row?.amount), [
        10,
        2,
        3,
        undefined,
      ]);
      assertSame((await tx.all(query(accounts))).map((row) => [row.id, row.amount, row.kind]), [
        ["a", 10, "plain"],
        ["b", 2, "plain"],
        ["c", 3, "plain"],
      ]);
      await tx.update(accounts, "c", ({ amount }) => ({ amount: amount + 1 }));
    });
    const rows = (await db.all(query(accounts))).map((row) => [row.id, row.amount, row.kind]);
    assertSame(rows, [["a", 10, "plain"], ["b", 2, "plain"], ["c", 4, "plain"]]);
  });

  test("what was read by key inside is read anew after a nested rollback", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a", amount: 1 });
    await db.transaction(async (tx) => {
      for (const parked of [false, true]) {
        await undone(tx, async (inner) => {
          await inner.update(accounts, "a", { amount: 5 });
          assertSame((await inner.get(accounts, "a"))?.amount, 5);
          await inner.insert(accounts, { id: "n" });
          if (parked) await db.get(accounts, "a");
        });
        assertSame((await tx.get(accounts, "a"))?.amount, 1);
        assertSame(await tx.get(accounts, "n"), undefined);
        assertSame((await tx.update(accounts, "a", ({ amount }) => ({ amount })))?.amount, 1);
        await tx.insert(accounts, { id: "n" });
        await tx.delete(accounts, "n");
      }
    });
    assertSame((await db.all(query(accounts))).map((row) => row.amount), [1]);
  });

  test("unique values that a nested rollback frees can be taken, and those it gives back not", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    await db.transaction(async (tx) => {
      await undone(tx, async (inner) => {
        await inner.delete(people, "ann");
        await inner.insert(people, { id: "eve", email: "ann@x" });
        await inner.insert(people, { id: "new", email: "new@x" });
      });
      await assertDataError(() => tx.insert(people, { id: "eve", email: "ann@x" }), {
        code: "constraint",
        rule: "unique",
      });
      await assertDataError(() => tx.insert(people, { id: "ann", email: "other" }), {
        code: "constraint",
        rule: "key",
      });
      await tx.insert(people, { id: "eve", email: "new@x" });
    });
    assertSame((await db.all(query(people))).map((row) => [row.id, row.email]), [
      ["ann", "ann@x"],
      ["eve", "new@x"],
    ]);
  });

  test("nested transactions that swap unique values go back and forth", async () => {
    await using db = await open(schema);
    await db.insert(people, [ann, { id: "bob", email: "bob@x" }]);
    const emails = async (of: Pick<Transaction, "all">) =>
      (await of.all(query(people))).map((row) => row.email);
    const swap = async (tx: Transaction) => {
      const [first, second] = await tx.all(query(people));
      await tx.update(people, first!.id, { email: "between" });
      await tx.update(people, second!.id, { email: first!.email });
      await tx.update(people, first!.id, { email: second!.email });
    };
    await db.transaction(async (tx) => {
      await undone(tx, swap);
      assertSame(await emails(tx), ["ann@x", "bob@x"]);
      await tx.transaction(swap);
      assertSame(await emails(tx), ["bob@x", "ann@x"]);
      await undone(tx, async (inner) => {
        await inner.transaction(swap);
        await undone(inner, swap);
        assertSame(await emails(inner), ["ann@x", "bob@x"]);
      });
      assertSame(await emails(tx), ["bob@x", "ann@x"]);
      assertSame(await emails(db as never), ["ann@x", "bob@x"]);
    });
    assertSame(await emails(db as never), ["bob@x", "ann@x"]);
  });

  test("an inner transaction that was kept goes with the outer one's rollback", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "a" });
      await undone(tx, async (middle) => {
        await middle.insert(accounts, { id: "b" });
        await middle.transaction(async (inner) => {
          await inner.insert(accounts, { id: "c" });
          await sleep();
        });
        assertSame(await middle.count(query(accounts)), 3);
      });
      assertSame(ids(await tx.all(query(accounts))), ["a"]);
    });
    assertSame(ids(await db.all(query(accounts))), ["a"]);
  });

  test("a nested transaction that throws what is its own lets the outer one go on", async () => {
    await using db = await open(schema);
    const mine = new TypeError("mine");
    const seen: unknown[] = [];
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "a" });
      seen.push(
        await failure(() =>
          tx.transaction(async (inner) => {
            await inner.insert(accounts, { id: "b" });
            throw mine;
          })
        ),
      );
      await assertDataError(
        () =>
          tx.transaction(async (inner) => {
            await inner.insert(accounts, { id: "c" });
            await inner.insert(accounts, { id: "a" });
          }),
        { code: "constraint", rule: "key" },
      );
      await tx.insert(accounts, { id: "d" });
    });
    assertSame(seen[0] === mine, true);
    assertSame(ids(await db.all(query(accounts))), ["a", "d"]);
  });

  test("a nested rollback leaves no trace in the commit", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    const told: unknown[] = [];
    db.changes((commit) => {
      for (const [table, changes] of commit.tables) {
        if (changes !== "unknown") {
          told.push([table.name, changes.map(({ kind, key }) => [kind, key])]);
        }
      }
    });
    await db.transaction((tx) =>
      undone(tx, async (inner) => {
        await inner.delete(people, "ann");
        await inner.insert(notes, { id: "1", personId: null });
      })
    );
    assertSame([told, db.seq], [[], 1]);
    await db.transaction(async (tx) => {
      await tx.insert(notes, { id: "2", personId: "ann" });
      await undone(tx, (inner) => inner.update(people, "ann", { city: "x" }));
    });
    assertSame([told, db.seq], [[["notes", [["insert", "2"]]]], 2]);
  });

  test("a transaction inside one that has ended is a TypeError", async () => {
    await using db = await open(schema);
    let late: Transaction | undefined;
    await db.transaction(async (tx) => {
      await tx.transaction(async (inner) => {
        late = inner;
        await inner.insert(accounts, { id: "a" });
      });
      await assertFails(() => late!.insert(accounts, { id: "b" }), TypeError);
      await tx.insert(accounts, { id: "c" });
    });
    await assertFails(() => late!.transaction(() => Promise.resolve()), TypeError);
    assertSame(ids(await db.all(query(accounts))), ["a", "c"]);
  });
}
