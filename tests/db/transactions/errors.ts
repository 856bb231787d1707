import { DataError, integer, query, type Schema, table, text } from "../../../mod.ts";
import { assertSame, show } from "../../conformance/same.ts";
import { assertFails, failure } from "../../conformance/suite.ts";
import { accounts, type DatabaseSuite, schema } from "../subject.ts";

/** What a user's function may throw; none of it is the library's. */
const THROWN: readonly unknown[] = [
  new Error("mine"),
  new RangeError("mine"),
  new DOMException("mine", "AbortError"),
  new DataError("full", "Cannot do mine as it is mine: it is"),
  "text",
  0,
  null,
  undefined,
  Symbol("mine"),
  { plain: true },
];

let made: () => number = () => 1;
const drafts = table("drafts", {
  id: text().primaryKey(),
  n: integer().default(() => made()),
  checked: integer().default(1).check((value) => value !== 13 || made() > 0),
});
const draftsSchema: Schema = { tables: [drafts] };

export function errorsTests({ test, open }: DatabaseSuite): void {
  test("what a user's function throws comes out as it is, and nothing is written", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    for (const thrown of THROWN) {
      const patch = () => {
        throw thrown;
      };
      const calls: (() => Promise<unknown>)[] = [
        () => db.update(accounts, "a", patch),
        () => db.transaction((tx) => tx.update(accounts, "a", patch)),
        () =>
          db.transaction(async (tx) => {
            await tx.insert(accounts, { id: "b" });
            await tx.transaction((inner) => inner.update(accounts, "a", patch));
          }),
        () =>
          db.transaction(async (tx) => {
            await tx.insert(accounts, { id: "b" });
            throw thrown;
          }),
        () => db.transaction((tx) => Promise.reject(tx.attempt === 1 ? thrown : "again")),
      ];
      for (const call of calls) {
        const error = await failure(call);
        assertSame(Object.is(error, thrown), true, `${show(error)} for ${show(thrown)}`);
      }
    }
    assertSame([await db.count(query(accounts)), db.seq], [1, 1]);
  });

  test("a transaction goes on when a user's function throws in a verb and that is caught", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const mine = new Error("mine");
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "b" });
      const error = await failure(() =>
        tx.update(accounts, "a", () => {
          throw mine;
        })
      );
      assertSame(error === mine, true);
      await tx.update(accounts, "a", { amount: 1 });
    });
    assertSame((await db.all(query(accounts))).map((row) => row.amount), [1, 0]);
  });

  test("what defaults and checks throw comes out as it is", async () => {
    await using db = await open(draftsSchema);
    const mine = new Error("mine");
    made = () => {
      throw mine;
    };
    try {
      const calls: (() => Promise<unknown>)[] = [
        () => db.insert(drafts, { id: "a" }),
        () => db.upsert(drafts, { id: "a" }),
        () => db.insert(drafts, { id: "a", n: 1, checked: 13 }),
        () => db.transaction((tx) => tx.insert(drafts, { id: "a" })),
      ];
      for (const call of calls) assertSame(await failure(call) === mine, true, String(call));
    } finally {
      made = () => 1;
    }
    await db.insert(drafts, { id: "a", checked: 13 });
    assertSame(db.seq, 1);
  });

  test("a user's function that uses the database or its transaction is a TypeError", async () => {
    await using db = await open(schema);
    await db.insert(accounts, { id: "a" });
    const uses = [
      () =>
        db.update(accounts, "a", () => {
          db.changes(() => {});
          return {};
        }),
      () =>
        db.transaction((tx) =>
          tx.update(accounts, "a", () => {
            tx.iterate(query(accounts));
            return {};
          })
        ),
    ];
    for (const use of uses) await assertFails(use, TypeError);
    assertSame(db.seq, 1);
  });
}
