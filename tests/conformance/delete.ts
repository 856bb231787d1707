import { lte, query } from "../../mod.ts";
import { lines, schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, pluck, type Suite } from "./suite.ts";

const base = { title: "x", done: false, due: null, ownerId: null };
const rows = [1, 2, 3].map((priority) => ({ ...base, id: `${priority}`, priority }));

export function deleteTests({ test, open }: Suite): void {
  test("delete() removes the row and tells whether there was one", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    assertSame(await db.delete(todos, "2"), true);
    assertSame(await db.delete(todos, "2"), false);
    assertSame(await db.get(todos, "2"), undefined);
    assertSame(await db.all(query(todos)), [rows[0], rows[2]]);
  });

  test("delete() works when the key is compound", async () => {
    await using db = await open(schema);
    const line = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 };
    await db.insert(lines, [line, { ...line, line: 2 }]);
    assertSame(await db.delete(lines, ["o", 1]), true);
    assertSame(await db.delete(lines, ["p", 2]), false);
    assertSame(await db.all(query(lines)), [{ ...line, line: 2 }]);
  });

  test("delete() takes the row out of every index", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    await db.delete(todos, "2");
    assertSame(await db.count(query(todos).where({ done: false, priority: 2 })), 0);
    assertSame(pluck(await db.all(query(todos).orderBy("due")), "id"), ["1", "3"]);
  });

  test("delete() with `if` removes the row when it matches, else is a conflict", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    await assertDataError(() => db.delete(todos, "1", { if: { priority: 2 } }), {
      code: "conflict",
      table: "todos",
    });
    assertSame(await db.count(query(todos)), 3);
    assertSame(await db.delete(todos, "1", { if: { priority: 1 } }), true);
    assertSame(await db.count(query(todos)), 2);
  });

  test("delete() lets the key be used again", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    await db.delete(todos, "1");
    await db.insert(todos, { id: "1", title: "again" });
    assertSame((await db.get(todos, "1"))!.title, "again");
  });

  test("deleteAll() removes the rows that match and counts them", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    assertSame(await db.deleteAll(todos, { priority: lte(2) }), 2);
    assertSame(await db.deleteAll(todos, { priority: lte(2) }), 0);
    assertSame(await db.all(query(todos)), [rows[2]]);
    assertSame(await db.deleteAll(todos, {}), 1);
    assertSame(await db.count(query(todos)), 0);
  });

  test("deleteAll() refuses a condition with undefined in it", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const where = bad({ ownerId: undefined });
    await assertFails(() => db.deleteAll(todos, where), TypeError, "ownerId");
    await assertFails(() => db.updateAll(todos, where, { done: true }), TypeError, "ownerId");
    assertSame(await db.all(query(todos)), rows);
  });

  test("deleteAll() refuses a condition that is missing or no condition", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    for (const where of [undefined, null, "x", 1]) {
      await assertFails(() => db.deleteAll(todos, bad(where)), TypeError);
    }
    assertSame(await db.count(query(todos)), 3);
  });

  test("delete() refuses a key of the wrong type or shape", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    for (const key of [1, undefined, null, {}, ["1"]]) {
      await assertFails(() => db.delete(todos, bad(key)), TypeError, "todos");
      await assertFails(() => db.update(todos, bad(key), { done: true }), TypeError, "todos");
    }
    for (const key of ["o", [], ["o"], ["o", "1"], ["o", 1, 1], [1, "o"]]) {
      await assertFails(() => db.delete(lines, bad(key)), TypeError, "lines");
    }
    assertSame(await db.count(query(todos)), 3);
  });
}
