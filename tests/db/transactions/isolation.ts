import { exists, gt, increment, not, query, type Transaction } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertDataError, failure, pluck } from "../../conformance/suite.ts";
import {
  accounts,
  collected,
  type DatabaseSuite,
  notes,
  people,
  schema,
  sleep,
} from "../subject.ts";

type Fn = (tx: Transaction) => Promise<unknown>;
const ann = { id: "ann", email: "ann@x", city: "" };

/** What two transactions read before either writes, and what they write then. */
interface Skew {
  readonly name: string;
  readonly read: Fn;
  readonly write: Fn;
}
/** Each read would be another if the other's write were there. */
const SKEWS: readonly Skew[] = [
  {
    name: "a query by index",
    read: (tx) => tx.all(query(accounts).where({ kind: "hot" })),
    write: (tx) => tx.insert(accounts, { kind: "hot" }),
  },
  {
    name: "a count",
    read: (tx) => tx.count(query(accounts).where({ amount: gt(5) })),
    write: (tx) => tx.insert(accounts, { amount: 6 }),
  },
  {
    name: "has",
    read: (tx) => tx.has(query(accounts).where({ kind: "hot" })),
    write: (tx) => tx.update(accounts, "a", { kind: "hot" }),
  },
  {
    name: "first",
    read: (tx) => tx.first(query(accounts).orderBy("amount", "desc")),
    write: (tx) => tx.update(accounts, "b", { amount: increment(10) }),
  },
  {
    name: "iterate",
    read: (tx) => collected(tx.iterate(query(accounts).where({ amount: gt(5) }))),
    write: (tx) => tx.insert(accounts, { amount: 6 }),
  },
  {
    name: "a row that was not there",
    read: (tx) => tx.get(accounts, "none"),
    write: (tx) => tx.upsert(accounts, { id: "none", amount: 1 }),
  },
  {
    name: "getMany",
    read: (tx) => tx.getMany(accounts, ["a", "b"]),
    write: (tx) => tx.update(accounts, "b", { amount: increment(1) }),
  },
  {
    name: "exists",
    read: (tx) => tx.all(query(people).where(not(exists(notes, { personId: "id" })))),
    write: (tx) => tx.insert(notes, { personId: "ann" }),
  },
  {
    name: "a join",
    read: (tx) => tx.count(query(notes).join("person", people, { id: "personId" })),
    write: (tx) => tx.insert(notes, { personId: "ann" }),
  },
  {
    name: "a value",
    read: (tx) => tx.getValue("motto"),
    write: (tx) => tx.setValue("motto", "mine"),
  },
  {
    name: "updateAll that hit nothing",
    read: (tx) => tx.updateAll(accounts, { kind: "hot" }, { amount: 1 }),
    write: (tx) => tx.insert(accounts, { kind: "hot" }),
  },
  {
    name: "a compare-and-set that failed",
    read: (tx) => tx.update(accounts, "a", { amount: 50 }, { if: { amount: 2 } }).catch(() => {}),
    write: (tx) => tx.update(accounts, "a", { amount: 2 }),
  },
  {
    name: "delete of a row that was not there",
    read: (tx) => tx.delete(accounts, "none"),
    write: (tx) => tx.upsert(accounts, { id: "none" }),
  },
  {
    name: "insert that ignores",
    read: (tx) => tx.insert(people, { id: "x", email: "ann@x" }, { onConflict: "ignore" }),
    write: (tx) => tx.update(people, "ann", { city: "Rome" }),
  },
];

export function isolationTests({ test, open }: DatabaseSuite): void {
  for (const { name, read, write } of SKEWS) {
    test(`of two transactions that read ${name} and change it, one is lost`, async () => {
      await using db = await open(schema);
      await db.insert(people, ann);
      await db.insert(accounts, [{ id: "a", amount: 1 }, { id: "b", amount: 1 }]);
      const { seq } = db;
      const skew = (ms: number) =>
        db.transaction(async (tx) => {
          await read(tx);
          await sleep(ms);
          await write(tx);
          await sleep(ms);
        }, { retries: 0 });
      const settled = await Promise.allSettled([skew(2), skew(3)]);
      const lost = settled.filter((result) => result.status === "rejected");
      assertSame(lost.map(({ reason }) => reason.code), ["conflict"], name);
      assertSame(db.seq, seq + 1);
    });
  }

  test("what a caught failure told is verified at the commit", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    const tells: readonly [string, Fn, (() => Promise<unknown>)][] = [
      // Each told that something is taken, and then it is not any more.
      [
        "key",
        (tx) => tx.insert(people, { ...ann, email: "other" }),
        () => db.delete(people, "ann"),
      ],
      [
        "unique",
        (tx) => tx.insert(people, { id: "x", email: "ann@x" }),
        () => db.update(people, "ann", { email: "free" }),
      ],
      [
        "unique",
        (tx) => tx.update(people, "bob", { email: "ann@x" }),
        () => db.delete(people, "ann"),
      ],
      [
        "unique",
        (tx) => tx.upsert(people, { id: "bob", email: "ann@x" }),
        () => db.delete(people, "ann"),
      ],
      [
        "unique",
        (tx) => tx.insert(people, [{ id: "x", email: "x" }, { id: "y", email: "ann@x" }]),
        () => db.delete(people, "ann"),
      ],
    ];
    for (const [rule, tell, free] of tells) {
      await db.deleteAll(people, {});
      await db.insert(people, [ann, { id: "bob", email: "bob@x" }]);
      let told = 0;
      const runs = (when: "before the write" | "after it") =>
        db.transaction(async (tx) => {
          const error = await failure(() => tell(tx)).catch(() => undefined);
          if ((error as { rule?: string } | undefined)?.rule === rule) told++;
          if (when === "before the write") await free();
          await tx.insert(notes, { text: error ? "taken" : "free", personId: null });
          if (when === "after it") await free();
        }, { retries: 0 });
      for (const when of ["before the write", "after it"] as const) {
        told = 0;
        await assertDataError(() => runs(when), { code: "conflict" });
        assertSame([told, await db.count(query(notes))], [1, 0], `${rule}, ${when}`);
        await db.deleteAll(people, {});
        await db.insert(people, [ann, { id: "bob", email: "bob@x" }]);
      }
    }
  });

  test("a verb that fails and is caught leaves nothing of itself in the commit", async () => {
    await using db = await open(schema);
    await db.insert(people, ann);
    for (const parked of [false, true]) {
      await db.transaction(async (tx) => {
        await tx.insert(notes, { id: `${parked}1` });
        const fails: Fn[] = [
          () => tx.insert(people, [{ id: "p", email: "p" }, { id: "q", email: "ann@x" }]),
          () => tx.insert(people, [{ id: "p", email: "p" }, { id: "p", email: "q" }]),
          () => tx.upsert(people, [{ id: "p", email: "p" }, { id: "q", email: "p" }]),
          () => tx.insert(notes, [{ id: "n" }, { id: `${parked}1` }]),
          () => tx.update(people, "ann", { email: null } as never),
        ];
        for (const fail of fails) {
          await failure(() => fail(tx));
          if (parked) await db.count(query(people));
          assertSame(await tx.all(query(people)), [ann]);
          assertSame(await tx.get(people, "p"), undefined);
        }
        await tx.insert(notes, { id: `${parked}2` });
      });
    }
    assertSame(pluck(await db.all(query(notes)), "id"), ["false1", "false2", "true1", "true2"]);
    assertSame(await db.all(query(people)), [ann]);
  });

  test("a blind insert of a key that another took meanwhile is told so, on a fresh run", async () => {
    await using db = await open(schema);
    let runs = 0;
    await assertDataError(
      () =>
        db.transaction(async (tx) => {
          runs++;
          await tx.insert(people, { id: "ann", email: "mine" });
          if (runs === 1) await db.insert(people, ann);
          await sleep();
          await tx.insert(notes, { id: "n" });
        }),
      { code: "constraint", rule: "key" },
    );
    assertSame([runs, await db.count(query(notes))], [2, 0]);
    assertSame(await db.all(query(people)), [ann]);
  });

  test("a transaction never sees two states, whatever it awaits", async () => {
    await using db = await open(schema);
    await db.insert(accounts, [{ id: "a", amount: 60 }, { id: "b", amount: 40 }]);
    let over = false;
    const torn: unknown[] = [];
    const note = (...parts: (number | undefined)[]) => {
      const total = parts.reduce<number>((all, part) => all + (part ?? NaN), 0);
      if (total !== 100) torn.push(parts);
    };
    async function move(amount: number): Promise<void> {
      for (let i = 0; i < 12; i++) {
        await db.transaction(async (tx) => {
          const from = await tx.get(accounts, i % 2 ? "a" : "b");
          await sleep();
          await tx.update(accounts, from!.id, { amount: increment(-amount) });
          await tx.update(accounts, i % 2 ? "b" : "a", { amount: increment(amount) });
        });
        await sleep(i % 3);
      }
    }
    async function watch(reads: (tx: Transaction) => Promise<void>): Promise<void> {
      while (!over) await db.transaction(reads);
    }
    const sumOf = (rows: readonly { readonly amount: number }[]) => note(...pluck(rows, "amount"));
    const watchers = [
      watch(async (tx) => {
        const a = await tx.get(accounts, "a");
        await sleep(1);
        note(a?.amount, (await tx.get(accounts, "b"))?.amount);
      }),
      watch(async (tx) => {
        const [b] = await tx.all(query(accounts).where({ id: "b" }));
        await sleep(2);
        const a = await tx.first(query(accounts).where({ id: "a" }));
        await sleep(1);
        note(a?.amount, b?.amount);
        sumOf(await tx.all(query(accounts)));
      }),
      watch(async (tx) => {
        await tx.insert(notes, { text: "own" });
        const a = await tx.get(accounts, "a");
        await sleep();
        note(a?.amount, (await tx.getMany(accounts, ["b"]))[0]?.amount);
        tx.rollback("read only");
      }).catch((error) => {
        if (error !== "read only") throw error;
      }),
      (async () => {
        while (!over) {
          sumOf(await db.all(query(accounts)));
          await sleep();
        }
      })(),
    ];
    await Promise.all([move(1), move(7), move(11)]);
    over = true;
    await Promise.all(watchers);
    assertSame(torn, []);
    sumOf(await db.all(query(accounts)));
    assertSame(torn, []);
  });

  test("what a verb saw and what an earlier read saw are one state", async () => {
    await using db = await open(schema);
    await db.insert(accounts, [{ id: "a", amount: 50 }, { id: "b", amount: 50 }]);
    const totals: number[] = [];
    await db.transaction(async (tx) => {
      const a = await tx.get(accounts, "a");
      if (tx.attempt === 1) {
        await db.transaction(async (other) => {
          await other.update(accounts, "a", { amount: 0 });
          await other.update(accounts, "b", { amount: 100 });
        });
      }
      const b = await tx.update(accounts, "b", (row) => {
        totals.push(a!.amount + row.amount);
        return { kind: "seen" };
      });
      totals.push(a!.amount + b!.amount);
    });
    assertSame(totals, [100, 100]);
  });
}
