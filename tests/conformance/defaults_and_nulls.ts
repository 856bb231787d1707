import { boolean, date, eq, integer, json, oneOf, query, real, table, text } from "../../mod.ts";
import { kinds, schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, type Suite } from "./suite.ts";

const settings = table("settings", {
  id: integer().primaryKey(),
  theme: text().default("light"),
  size: integer().optional().default(12),
  ratio: real().default(() => 0.5),
  on: boolean().default(true),
  note: text().optional(),
  at: date().default(() => new Date(9)),
  extra: json<{ a: number }>().default(() => ({ a: 1 })),
});
const filled = {
  theme: "light",
  size: 12,
  ratio: 0.5,
  on: true,
  note: null,
  at: new Date(9),
  extra: { a: 1 },
};

export function defaultsAndNullsTests({ test, open }: Suite): void {
  test("insert() fills in defaults, else null, for what is left out or undefined", async () => {
    await using db = await open({ tables: [settings] });
    assertSame(await db.insert(settings, { id: 1 }), { id: 1, ...filled });
    const row = { id: 2, theme: undefined, size: undefined, note: undefined, at: undefined };
    assertSame(await db.insert(settings, row), { ...filled, id: 2 });
    assertSame(await db.all(query(settings)), [{ id: 1, ...filled }, { id: 2, ...filled }]);
  });

  test("insert() writes null, not the default, when null is given", async () => {
    await using db = await open({ tables: [settings] });
    const row = await db.insert(settings, { id: 1, size: null, note: null });
    assertSame(row, { id: 1, ...filled, size: null });
    assertSame(await db.all(query(settings)), [row]);
  });

  test("insert() refuses null in a required column, with a default or without", async () => {
    await using db = await open({ tables: [settings, ...schema.tables] });
    const refused = async (run: () => unknown, name: string, column: string) => {
      await assertDataError(run, {
        code: "constraint",
        table: name,
        columns: [column],
        rule: "null",
      });
    };
    await refused(() => db.insert(settings, bad({ id: 1, theme: null })), "settings", "theme");
    await refused(() => db.insert(settings, bad({ id: 1, on: null })), "settings", "on");
    await refused(() => db.insert(settings, bad({ id: 1, extra: null })), "settings", "extra");
    await refused(() => db.insert(settings, bad({ id: null })), "settings", "id");
    await refused(() => db.insert(todos, bad({ id: null, title: "x" })), "todos", "id");
    await refused(() => db.upsert(todos, bad({ id: "a", title: null })), "todos", "title");
    await refused(() => db.replace(todos, bad({ id: "a", title: null })), "todos", "title");
    assertSame([await db.count(query(settings)), await db.count(query(todos))], [0, 0]);
  });

  test("default() is asked once for each row that needs it", async () => {
    let calls = 0;
    const numbered = table("numbered", {
      id: integer().primaryKey(),
      n: integer().default(() => ++calls),
    });
    await using db = await open({ tables: [numbered] });
    await db.insert(numbered, [{ id: 1 }, { id: 2, n: 50 }, { id: 3 }]);
    assertSame(await db.all(query(numbered)), [{ id: 1, n: 1 }, { id: 2, n: 50 }, { id: 3, n: 2 }]);
    assertSame(calls, 2);
  });

  test("default() is held to the column's rules", async () => {
    const wrong = table("wrong", {
      id: integer().primaryKey(),
      n: integer().default(() => 0.5),
      s: text().default(() => bad(5)),
      at: date().default(() => new Date(0)),
    });
    await using db = await open({ tables: [wrong] });
    await assertFails(() => db.insert(wrong, { id: 1, s: "x" }), RangeError, "wrong", "n");
    await assertFails(() => db.insert(wrong, { id: 1, n: 1 }), TypeError, "wrong", "s");
    assertSame(await db.count(query(wrong)), 0);
  });

  test("default() gives each row a value of its own", async () => {
    const shared = { tags: ["a"] };
    const noted = table("noted", {
      id: integer().primaryKey(),
      meta: json<{ tags: string[] }>().default(shared),
    });
    await using db = await open({ tables: [noted] });
    await db.insert(noted, { id: 1 });
    shared.tags.push("b");
    assertSame((await db.get(noted, 1))!.meta, { tags: ["a"] });
  });

  test("all() gives every column, null where there is nothing", async () => {
    await using db = await open(schema);
    await db.insert(kinds, { id: 1 });
    const nothing = {
      id: 1,
      text: null,
      integer: null,
      bigint: null,
      real: null,
      boolean: null,
      date: null,
      bytes: null,
      json: null,
    };
    assertSame(await db.all(query(kinds)), [nothing]);
    assertSame(await db.get(kinds, 1), nothing);
    assertSame(Object.keys((await db.get(kinds, 1))!), Object.keys(nothing));
  });

  test("where() refuses undefined as an operand and names the path", async () => {
    await using db = await open(schema);
    await db.insert(todos, { id: "t", title: "x" });
    const conditions = [
      { ownerId: undefined },
      { ownerId: eq(undefined) },
      { ownerId: oneOf([undefined]) },
      { ownerId: oneOf(["a", undefined]) },
      { title: "x", ownerId: undefined },
    ];
    for (const condition of conditions) {
      const run = () => db.all(query(todos).where(bad(condition)));
      await assertFails(run, TypeError, "ownerId");
    }
  });

  test("get() refuses undefined as a key", async () => {
    await using db = await open(schema);
    await assertFails(() => db.get(todos, bad(undefined)), TypeError, "todos");
    await assertFails(() => db.getMany(todos, ["a", bad(undefined)]), TypeError, "todos");
  });
}
