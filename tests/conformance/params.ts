import {
  and,
  between,
  column,
  contains,
  count,
  exists,
  gt,
  like,
  ne,
  noneOf,
  oneOf,
  or,
  param,
  query,
  startsWith,
} from "../../mod.ts";
import { ASCENDING, COMPARABLE, indexed, kinds, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

const rows = [1, 2, 3, 4].map((id) => ({ id, integer: id, text: id < 3 ? "ab" : null }));

export function paramsTests({ test, open }: Suite): void {
  test("with() fills a param, again and again", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const one = query(kinds).where({ integer: param("n") });
    for (const n of [1, 4, 9]) {
      assertSame(pluck(await db.all(one.with({ n })), "id"), n === 9 ? [] : [n]);
    }
    const more = query(kinds).where({ integer: gt(param("n")) });
    assertSame(await db.count(more.with({ n: 1 })), 3);
    assertSame(await db.count(more.with({ n: 3 })), 1);
  });

  test("with() means null when null is given", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const equal = query(kinds).where({ text: param("t") });
    assertSame(pluck(await db.all(equal.with({ t: null })), "id"), [3, 4]);
    assertSame(pluck(await db.all(equal.with({ t: "ab" })), "id"), [1, 2]);
    const other = query(kinds).where({ text: ne(param("t")) });
    assertSame(pluck(await db.all(other.with({ t: null })), "id"), [1, 2]);
    assertSame(pluck(await db.all(other.with({ t: "ab" })), "id"), [3, 4]);
    const above = query(kinds).where({ text: gt(param("t")) });
    assertSame(await db.all(above.with({ t: null })), []);
  });

  test("param() stands for any operand, a list and a window", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const ids = async (q: typeof whole) => pluck(await db.all(q), "id");
    const whole = query(kinds);
    const range = whole.where({ integer: between<number | null>(param("from"), param("to")) });
    assertSame(await ids(range.with({ from: 2, to: 3 })), [2, 3]);
    const list = whole.where({ integer: oneOf<number | null>(param("list")) });
    assertSame(await ids(list.with({ list: [4, 1] })), [1, 4]);
    assertSame(await ids(list.with({ list: [] })), []);
    const not = whole.where({ integer: noneOf<number | null>(param("list")) });
    assertSame(await ids(not.with({ list: [4, 1] })), [2, 3]);
    assertSame(await ids(whole.where({ text: like(param("p")) }).with({ p: "a%" })), [1, 2]);
    assertSame(await ids(whole.where({ text: startsWith(param("p")) }).with({ p: "b" })), []);
    const part = whole.where({ text: contains<string>(param("p")) });
    assertSame(await ids(part.with({ p: "b" })), [1, 2]);
    const page = whole.limit(param("n")).offset(param("skip"));
    assertSame(await ids(page.with({ n: 2, skip: 1 })), [2, 3]);
    assertSame(await ids(page.with({ n: 0, skip: 0 })), []);
  });

  test("param() may come several times and in nested conditions", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const either = query(kinds).where(
      or({ integer: param("n") }, and({ id: gt(param("n")) }, { text: param("t") })),
    );
    assertSame(pluck(await db.all(either.with({ n: 2, t: null })), "id"), [2, 3, 4]);
    await db.insert(users, { id: "a", email: "a", role: "admin" });
    await db.insert(todos, { id: "1", title: "x", ownerId: "a" });
    const owned = query(todos).where(exists(users, { id: "ownerId" }, { role: param("role") }));
    assertSame(await db.count(owned.with({ role: "admin" })), 1);
    assertSame(await db.count(owned.with({ role: "member" })), 0);
    const children = query(todos).where({ title: param("title") }).limit(param("n"));
    const tree = query(users).include("todos", children, { ownerId: "id" });
    assertSame((await db.first(tree.with({ title: "x", n: 1 })))!.todos.length, 1);
    assertSame((await db.first(tree.with({ title: "y", n: 1 })))!.todos.length, 0);
  });

  test("param() works before and after groupBy()", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const groups = query(kinds).where({ id: gt(param("id")) })
      .groupBy(["text"], { n: count() }).where({ n: gt(param("n")) });
    assertSame(await db.all(groups.with({ id: 1, n: 1 })), [{ text: null, n: 2 }]);
    assertSame(await db.all(groups.with({ id: 1, n: 0 })), [
      { text: null, n: 2 },
      { text: "ab", n: 1 },
    ]);
  });

  for (const type of COMPARABLE) {
    test(`with() takes a value of ${type}, and refuses another type`, async () => {
      await using db = await open(schema);
      const values = ASCENDING[type];
      for (const target of [kinds, indexed]) {
        await db.insert(target, values.map((value, id) => ({ id, [type]: value })));
        const one = query(target).where(bad({ [type]: param("v") }));
        for (const [id, v] of values.entries()) {
          assertSame(pluck(await db.all(one.with({ v })), "id"), [id]);
        }
        const wrong = type === "text" ? 1 : "x";
        await assertFails(() => db.all(one.with({ v: wrong })), TypeError);
      }
    });
  }

  test("a missing, unknown or undefined param is refused when the query is run", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const one = query(kinds).where({ integer: param("n") });
    await assertFails(() => db.all(one), TypeError, "n");
    await assertFails(() => db.all(one.with({})), TypeError, "n");
    await assertFails(() => db.all(one.with({ n: undefined })), TypeError, "n");
    await assertFails(() => db.all(one.with({ n: 1, other: 2 })), TypeError, "other");
    await assertFails(() => db.all(query(kinds).with({ n: 1 })), TypeError, "n");
    await assertFails(() => db.count(one), TypeError, "n");
    await assertFails(() => db.first(one), TypeError, "n");
    await assertFails(() => db.has(one), TypeError, "n");
    await assertFails(() => db.iterated(one), TypeError, "n");
    for (const name of ["constructor", "toString", "__proto__"]) {
      const query1 = query(kinds).where({ integer: param(name) });
      await assertFails(() => db.all(query1.with({})), TypeError, name);
    }
  });

  test("with() refuses a wrong list and a wrong window when the query is run", async () => {
    await using db = await open(schema);
    const list = query(kinds).where({ integer: oneOf<number | null>(param("list")) });
    for (const value of [1, "1", null, ["1"], [undefined], {}]) {
      await assertFails(() => db.all(list.with({ list: value })), TypeError);
    }
    const page = query(kinds).limit(param("n"));
    await assertFails(() => db.all(page.with({ n: "1" })), TypeError);
    await assertFails(() => db.all(page.with({ n: -1 })), RangeError);
    await assertFails(() => db.all(page.with({ n: 0.5 })), RangeError);
  });

  test("column() and param() keep apart in one condition", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows.map((row) => ({ ...row, real: row.id % 2 ? row.id : 0 })));
    const both = query(kinds).where({ integer: column("real"), id: gt(param("n")) });
    assertSame(pluck(await db.all(both.with({ n: 1 })), "id"), [3]);
  });
}
