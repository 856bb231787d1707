import { bigint, date, integer, json, query, type Schema, text } from "../../mod.ts";
import { todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, failure, record, type Suite, until } from "./suite.ts";

const schema: Schema = {
  tables: [users, todos],
  values: {
    theme: text(["light", "dark"]).default("light"),
    size: integer().optional(),
    seen: date().optional(),
    big: bigint().default(2n ** 60n),
    filter: json<{ tags: string[] }>().default(() => ({ tags: [] })),
    small: integer().default(1).check((n) => n < 10),
  },
};

export function valuesTests({ test, open }: Suite): void {
  test("getValue() gives the default, else null, until a value is set", async () => {
    await using db = await open(schema);
    assertSame(await db.getValue("theme"), "light");
    assertSame(await db.getValue("size"), null);
    assertSame(await db.getValue("big"), 2n ** 60n);
    assertSame(await db.getValue("filter"), { tags: [] });
  });

  test("setValue() keeps a value of its type, null where that is allowed", async () => {
    await using db = await open(schema);
    await db.setValue("theme", "dark");
    await db.setValue("seen", new Date(5));
    await db.setValue("filter", { tags: ["a"] });
    await db.setValue("size", 3);
    assertSame(await db.getValue("theme"), "dark");
    assertSame(await db.getValue("seen"), new Date(5));
    assertSame(await db.getValue("filter"), { tags: ["a"] });
    await db.setValue("size", null);
    assertSame(await db.getValue("size"), null);
  });

  test("setValue() copies what it is given", async () => {
    await using db = await open(schema);
    const filter = { tags: ["a"] };
    const seen = new Date(5);
    await db.setValue("filter", filter);
    await db.setValue("seen", seen);
    filter.tags.push("b");
    seen.setTime(6);
    assertSame(await db.getValue("filter"), { tags: ["a"] });
    assertSame(await db.getValue("seen"), new Date(5));
  });

  test("setValue() refuses other types, ranges and null, and names the value", async () => {
    await using db = await open(schema);
    await assertFails(() => db.setValue("theme", 1), TypeError, "theme");
    await assertFails(() => db.setValue("theme", "blue"), RangeError, "theme");
    await assertFails(() => db.setValue("size", "1"), TypeError, "size");
    await assertFails(() => db.setValue("size", 0.5), RangeError, "size");
    await assertFails(() => db.setValue("big", 2n ** 63n), RangeError, "big");
    const fields = { code: "constraint", rule: "null" } as const;
    await assertDataError(() => db.setValue("theme", null), fields);
    await assertDataError(() => db.setValue("small", 10), { code: "constraint", rule: "check" });
    assertSame([await db.getValue("theme"), await db.getValue("small")], ["light", 1]);
  });

  test("getValue() and setValue() refuse a name that is not declared", async () => {
    await using db = await open(schema);
    for (const name of ["nope", "constructor", "__proto__", "toString", ""]) {
      await assertFails(() => db.getValue(name), TypeError, name);
      await assertFails(() => db.setValue(name, 1), TypeError, name);
    }
    await using none = await open({ tables: [users] });
    await assertFails(() => none.getValue("theme"), TypeError, "theme");
  });

  test("setValue() is a commit with the value in it", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.setValue("size", 3, { origin: "me" });
    await until(() => commits.length === 1);
    const [commit] = commits;
    assertSame([commit!.seq, commit!.origin, commit!.tables.size], [1, "me", 0]);
    assertSame(commit!.values, { size: 3 });
    await db.insert(users, { id: "a", email: "a" });
    await until(() => commits.length === 2);
    assertSame(Object.keys(commits[1]!.values ?? {}), []);
  });

  test("setValue() takes part in transactions", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.transaction(function* (tx) {
      yield tx.setValue("size", 1);
      yield tx.setValue("size", 2);
      yield tx.setValue("theme", "dark");
      yield tx.insert(users, { id: "a", email: "a" });
      assertSame(yield tx.getValue("size"), 2);
    });
    await until(() => commits.length === 1);
    assertSame(commits[0]!.values, { size: 2, theme: "dark" });
    assertSame([await db.getValue("size"), await db.count(query(users))], [2, 1]);
    await failure(() =>
      db.transaction(function* (tx) {
        yield tx.setValue("size", 9);
        tx.rollback();
      })
    );
    assertSame(await db.getValue("size"), 2);
  });
}
