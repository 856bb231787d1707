import { cursorOf, param, query } from "../../mod.ts";
import { indexed, kinds, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

const rows = Array.from({ length: 9 }, (_, id) => ({ id, integer: [null, 0, 1][id % 3]! }));

export function windowsTests({ test, open }: Suite): void {
  test("limit() and offset() give a part of the rows", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const ids = async (q: ReturnType<typeof whole.limit>) => pluck(await db.all(q), "id");
    const whole = query(kinds);
    assertSame(await ids(whole.limit(2)), [0, 1]);
    assertSame(await ids(whole.limit(99)), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assertSame(await ids(whole.limit(0)), []);
    assertSame(await ids(whole.offset(7)), [7, 8]);
    assertSame(await ids(whole.offset(0)), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assertSame(await ids(whole.offset(9)), []);
    assertSame(await ids(whole.offset(3).limit(2)), [3, 4]);
    assertSame(await ids(whole.limit(2).offset(3)), [3, 4]);
  });

  test("limit(), offset() and after() are one window, in whatever order they come", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const at = (await db.get(kinds, 2))!;
    const whole = query(kinds);
    const forms = [
      whole.after(at).offset(1).limit(2),
      whole.limit(2).offset(1).after(at),
      whole.offset(1).limit(2).after(at),
      whole.offset(1).after(at).limit(2),
    ];
    for (const form of forms) assertSame(pluck(await db.all(form), "id"), [4, 5]);
  });

  test("limit(), offset() and after() count as they were last given", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const [second, sixth] = [(await db.get(kinds, 1))!, (await db.get(kinds, 5))!];
    const whole = query(kinds);
    assertSame(pluck(await db.all(whole.limit(1).limit(3)), "id"), [0, 1, 2]);
    assertSame(pluck(await db.all(whole.limit(3).limit(1)), "id"), [0]);
    assertSame(pluck(await db.all(whole.offset(1).offset(7)), "id"), [7, 8]);
    assertSame(pluck(await db.all(whole.after(second).after(sixth)), "id"), [6, 7, 8]);
    assertSame((await db.all(whole.after(second).after(undefined))).length, 9);
  });

  for (const direction of ["asc", "desc"] as const) {
    test(`after() pages through every row once, by row and cursor, ${direction}`, async () => {
      await using db = await open(schema);
      for (const target of [kinds, indexed]) {
        await db.insert(target, rows);
        const orders = [
          query(target).orderBy("id", direction),
          query(target).orderBy("integer", direction),
          query(target).orderBy("integer", direction).orderBy("id", "desc"),
          query(target).orderBy("integer").orderBy("id", direction),
        ];
        for (const order of orders) {
          const expected = pluck(await db.all(order), "id");
          for (const size of [1, 2, 4]) {
            for (const byCursor of [false, true]) {
              const got: number[] = [];
              let page = order.limit(size);
              for (let i = 0; i < 10; i++) {
                const part = await db.all(page);
                if (part.length === 0) break;
                got.push(...pluck(part, "id"));
                const last = part.at(-1)!;
                page = order.limit(size).after(byCursor ? cursorOf(order, last) : bad(last));
              }
              assertSame(got, expected, `${target.name} by ${size}, cursor ${byCursor}`);
            }
          }
        }
      }
    });
  }

  test("after() goes on where the row was when the row is gone", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const order = query(kinds).orderBy("integer");
    const page = await db.all(order.limit(4));
    const last = page.at(-1)!;
    const cursor = cursorOf(order, last);
    const rest = pluck(await db.all(order.offset(4)), "id");
    await db.delete(kinds, last.id);
    assertSame(pluck(await db.all(order.after(last)), "id"), rest);
    assertSame(pluck(await db.all(order.after(cursor)), "id"), rest);
  });

  test("after() of undefined, or of null through a param, is from the start", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const order = query(kinds).orderBy("integer", "desc");
    assertSame((await db.all(order.after(undefined))).length, 9);
    const paged = order.after(param("at")).limit(3);
    const first = await db.all(paged.with({ at: null }));
    assertSame(pluck(first, "id"), [8, 5, 2]);
    assertSame(pluck(await db.all(paged.with({ at: first.at(-1) })), "id"), [7, 4, 1]);
    const at = cursorOf(order, first.at(-1)!);
    assertSame(pluck(await db.all(paged.with({ at })), "id"), [7, 4, 1]);
  });

  test("after() refuses what is no position in the query's order", async () => {
    await using db = await open(schema);
    await db.insert(kinds, rows);
    const order = query(kinds).orderBy("integer");
    for (const position of [1, true, {}, []]) {
      await assertFails(() => db.all(order.after(bad(position))), TypeError);
    }
    for (const cursor of ["", "x", "e30", "!!!"]) {
      await assertFails(() => db.all(order.after(cursor)), Error);
    }
  });

  test("limit() and offset() refuse what is no number of rows", async () => {
    await using db = await open(schema);
    for (const n of [-1, 0.5, NaN, -Infinity]) {
      await assertFails(() => db.all(query(kinds).limit(n)), RangeError);
      await assertFails(() => db.all(query(kinds).offset(n)), RangeError);
    }
    for (const n of ["1", null, undefined, 1n]) {
      await assertFails(() => db.all(query(kinds).limit(bad(n))), TypeError);
      await assertFails(() => db.all(query(kinds).offset(bad(n))), TypeError);
    }
  });

  test("where() after limit(), offset() or after() is refused", async () => {
    await using db = await open(schema);
    const forms = [query(kinds).limit(1), query(kinds).offset(1), query(kinds).limit(param("n"))];
    for (const form of forms) {
      await assertFails(() => db.all(form.where({ id: 1 })), TypeError);
    }
  });

  test("include() counts a limit for each parent, and keeps the children's order", async () => {
    await using db = await open(schema);
    await db.insert(users, ["a", "b", "c"].map((id) => ({ id, email: id })));
    const owned = [..."aaabb"].map((ownerId, i) => ({
      id: `${i}`,
      title: "x",
      priority: i,
      ownerId,
    }));
    await db.insert(todos, owned);
    const top = query(todos).orderBy("priority", "desc").limit(2);
    const tree = query(users).include("todos", top, { ownerId: "id" });
    const got = (await db.all(tree)).map((row) => [row.id, pluck(row.todos, "id")]);
    assertSame(got, [["a", ["2", "1"]], ["b", ["4", "3"]], ["c", []]]);
    const later = query(users).include("todos", top.offset(1), { ownerId: "id" });
    const rest = (await db.all(later)).map((row) => pluck(row.todos, "id"));
    assertSame(rest, [["1", "0"], ["3"], []]);
  });
}
