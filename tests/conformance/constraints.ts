import {
  date,
  increment,
  integer,
  json,
  query,
  type StandardSchema,
  table,
  text,
} from "../../mod.ts";
import { schema, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, type Suite } from "./suite.ts";

/** A validator by hand: `test` gives what is wrong, or nothing. */
// deno-lint-ignore no-explicit-any
function validator<T>(test: (value: T) => string | undefined): StandardSchema<any> {
  return {
    "~standard": {
      validate(value: unknown): unknown {
        const message = test(value as T);
        return message === undefined ? { value } : { issues: [{ message }] };
      },
    },
  };
}

const slots = table("slots", {
  id: integer().primaryKey(),
  room: text().optional(),
  at: date().optional(),
  rank: integer().optional().unique(),
}, { indexes: [{ columns: ["room", "at"], unique: true }] });

const prices = table("prices", {
  id: integer().primaryKey(),
  low: integer().check((n) => n >= 0),
  high: integer(),
  note: text().optional().check((s) => s !== "no"),
}, {
  validate: validator<{ low: number; high: number }>(({ low, high }) =>
    low > high ? "low is over high" : undefined
  ),
});

export function constraintsTests({ test, open }: Suite): void {
  test("insert() refuses a key that is taken, with the rule", async () => {
    await using db = await open(schema);
    await db.insert(users, { id: "a", email: "1" });
    const error = await assertDataError(() => db.insert(users, { id: "a", email: "2" }), {
      code: "constraint",
      table: "users",
      columns: ["id"],
      rule: "key",
    });
    assertSame([error instanceof Error, error.name], [true, "DataError"]);
    assertSame(await db.count(query(users)), 1);
  });

  test("insert() and update() refuse a unique value that is taken, with the rule", async () => {
    await using db = await open(schema);
    await db.insert(users, [{ id: "a", email: "1" }, { id: "b", email: "2" }]);
    const fields = {
      code: "constraint",
      table: "users",
      columns: ["email"],
      rule: "unique",
    } as const;
    await assertDataError(() => db.insert(users, { id: "c", email: "1" }), fields);
    await assertDataError(() => db.update(users, "b", { email: "1" }), fields);
    await assertDataError(() => db.updateAll(users, {}, { email: "3" }), fields);
    assertSame((await db.all(query(users))).map((user) => user.email), ["1", "2"]);
    await db.update(users, "b", { email: "2" });
  });

  test("unique() lets any number of nulls be", async () => {
    await using db = await open({ tables: [slots] });
    await db.insert(slots, [{ id: 1 }, { id: 2 }, { id: 3, room: "a" }, { id: 4, room: "a" }]);
    await db.insert(slots, [{ id: 5, at: new Date(0) }, { id: 6, at: new Date(0) }]);
    assertSame(await db.updateAll(slots, { id: 3 }, { at: null, rank: null }), 1);
    assertSame(await db.count(query(slots)), 6);
  });

  test("a unique index of two columns refuses only both together", async () => {
    await using db = await open({ tables: [slots] });
    const at = new Date(0);
    await db.insert(slots, [{ id: 1, room: "a", at }, { id: 2, room: "b", at }]);
    await db.insert(slots, { id: 3, room: "a", at: new Date(1) });
    await assertDataError(() => db.insert(slots, { id: 4, room: "a", at: new Date(0) }), {
      code: "constraint",
      table: "slots",
      columns: ["room", "at"],
      rule: "unique",
    });
    assertSame(await db.count(query(slots)), 3);
  });

  test("unique() frees the value when its row is gone or changed", async () => {
    await using db = await open({ tables: [slots] });
    await db.insert(slots, [{ id: 1, rank: 1 }, { id: 2, rank: 2 }]);
    await db.delete(slots, 1);
    await db.update(slots, 2, { rank: 3 });
    await db.insert(slots, [{ id: 3, rank: 1 }, { id: 4, rank: 2 }]);
    assertSame(await db.count(query(slots)), 3);
  });

  test("updateAll() is checked as a whole when values move from row to row", async () => {
    await using db = await open({ tables: [slots] });
    await db.insert(slots, [1, 2, 3].map((n) => ({ id: n, rank: n })));
    assertSame(await db.updateAll(slots, {}, { rank: increment(1) }), 3);
    assertSame(await db.updateAll(slots, {}, { rank: increment(-1) }), 3);
    assertSame((await db.all(query(slots))).map((slot) => slot.rank), [1, 2, 3]);
    await assertDataError(() => db.updateAll(slots, { id: 1 }, { rank: increment(1) }), {
      rule: "unique",
    });
  });

  test("check() refuses a value, and is not asked about null", async () => {
    await using db = await open({ tables: [prices] });
    const fields = {
      code: "constraint",
      table: "prices",
      columns: ["low"],
      rule: "check",
    } as const;
    await assertDataError(() => db.insert(prices, { id: 1, low: -1, high: 1 }), fields);
    await db.insert(prices, { id: 1, low: 1, high: 5, note: null });
    await assertDataError(() => db.update(prices, 1, { low: -1 }), fields);
    await assertDataError(() => db.updateAll(prices, {}, { low: increment(-9) }), fields);
    await assertDataError(() => db.update(prices, 1, { note: "no" }), { columns: ["note"] });
    assertSame(await db.all(query(prices)), [{ id: 1, low: 1, high: 5, note: null }]);
  });

  test("validate refuses a whole row, with the issues", async () => {
    await using db = await open({ tables: [prices] });
    await db.insert(prices, { id: 1, low: 1, high: 5 });
    const runs = [
      () => db.insert(prices, { id: 2, low: 6, high: 5 }),
      () => db.update(prices, 1, { low: 6 }),
      () => db.updateAll(prices, {}, { high: 0 }),
      () => db.upsert(prices, { id: 1, low: 6, high: 5 }),
      () => db.replace(prices, { id: 1, low: 6, high: 5 }),
    ];
    for (const run of runs) {
      const error = await assertDataError(run, {
        code: "constraint",
        table: "prices",
        rule: "validate",
      });
      assertSame(error.issues, [{ message: "low is over high" }]);
    }
    assertSame(await db.all(query(prices)), [{ id: 1, low: 1, high: 5, note: null }]);
  });

  test("json() refuses what its schema refuses, with the issues", async () => {
    const short = validator<string>((value) =>
      typeof value === "string" && value.length < 4 ? undefined : "too long"
    );
    const labels = table("labels", {
      id: integer().primaryKey(),
      text: json<string>(short).optional(),
    });
    await using db = await open({ tables: [labels] });
    await db.insert(labels, [{ id: 1, text: "abc" }, { id: 2, text: null }]);
    const error = await assertDataError(() => db.insert(labels, { id: 3, text: "abcd" }), {
      code: "constraint",
      table: "labels",
      columns: ["text"],
      rule: "validate",
    });
    assertSame(error.issues, [{ message: "too long" }]);
    await assertDataError(() => db.update(labels, 1, { text: "abcd" }), { rule: "validate" });
    assertSame((await db.all(query(labels))).map((label) => label.text), ["abc", null]);
  });

  test("validate refuses a validator that answers later", async () => {
    const later: StandardSchema<unknown> = {
      "~standard": { validate: (value: unknown) => Promise.resolve({ value }) },
    };
    const slow = table("slow", { id: integer().primaryKey(), v: json<unknown>(later).optional() });
    await using db = await open({ tables: [slow] });
    await assertFails(() => db.insert(slow, { id: 1, v: "x" }), TypeError, "slow", "v");
    assertSame(await db.count(query(slow)), 0);
  });

  test("text() of a list refuses other text by range, and other types by type", async () => {
    await using db = await open(schema);
    await db.insert(users, { id: "a", email: "1", role: "admin" });
    for (const role of ["boss", "", "Admin", "constructor"]) {
      const row = { id: "b", email: "2", role: bad(role) };
      await assertFails(() => db.insert(users, row), RangeError, "users", "role");
      await assertFails(() => db.update(users, "a", { role: bad(role) }), RangeError, "role");
    }
    await assertFails(() => db.update(users, "a", { role: bad(1) }), TypeError, "role");
    await assertDataError(() => db.update(users, "a", { role: bad(null) }), { rule: "null" });
    assertSame((await db.all(query(users))).map((user) => user.role), ["admin"]);
  });
}
