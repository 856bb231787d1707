import { bigint, gt, increment, integer, query, real, table, text } from "../../mod.ts";
import { lines, schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, pluck, type Suite } from "./suite.ts";

const base = { title: "x", done: false, priority: 0, due: null, ownerId: null };
const one = { ...base, id: "1", priority: 1 };
const two = { ...base, id: "2", priority: 2 };

const counters = table("counters", {
  id: integer().primaryKey(),
  n: integer().default(0),
  big: bigint().default(0n),
  x: real().default(0),
  name: text().default(""),
});

const stamped = table("stamped", {
  id: integer().primaryKey(),
  name: text(),
  state: text().default("new").onUpdate(() => "touched"),
});

export function updateTests({ test, open }: Suite): void {
  test("update() changes the columns of the patch and gives the row", async () => {
    await using db = await open(schema);
    await db.insert(todos, [one, two]);
    const row = { ...one, title: "y", due: new Date(7) };
    assertSame(await db.update(todos, "1", { title: "y", due: new Date(7) }), row);
    assertSame(await db.all(query(todos)), [row, two]);
  });

  test("update() gives undefined when there is no row", async () => {
    await using db = await open(schema);
    assertSame(await db.update(todos, "1", { title: "y" }), undefined);
    assertSame(await db.update(todos, "1", () => ({ title: "y" })), undefined);
    assertSame(await db.count(query(todos)), 0);
  });

  test("update() writes null when null is given, and leaves alone what is undefined", async () => {
    await using db = await open(schema);
    await db.insert(todos, { ...one, due: new Date(7) });
    const patch = { title: undefined, due: null, priority: undefined };
    assertSame(await db.update(todos, "1", patch), one);
    assertSame(await db.get(todos, "1"), one);
  });

  test("update() takes a function of the row", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const row = await db.update(todos, "1", (old) => ({ title: `${old.title}${old.priority}` }));
    assertSame(row, { ...one, title: "x1" });
  });

  test("update() changes nothing when the function throws", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const fail = () => {
      throw new RangeError("mine");
    };
    await assertFails(() => db.update(todos, "1", fail), RangeError, "mine");
    assertSame(await db.get(todos, "1"), one);
  });

  test("update() refuses the key, unknown columns and wrong values in a patch", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const line = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 };
    await db.insert(lines, line);
    for (const patch of [{ id: "z" }, { id: "1" }, { nope: 1 }, { title: 5 }, { done: 1 }]) {
      const [name] = Object.keys(patch);
      await assertFails(() => db.update(todos, "1", bad(patch)), TypeError, "todos", name!);
      await assertFails(() => db.update(todos, "1", bad(() => patch)), TypeError, "todos", name!);
      await assertFails(() => db.updateAll(todos, {}, bad(patch)), TypeError, "todos", name!);
    }
    await assertFails(() => db.update(todos, "1", { priority: 0.5 }), RangeError, "priority");
    await assertFails(() => db.update(lines, ["o", 1], bad({ line: 2 })), TypeError, "line");
    assertSame(await db.get(todos, "1"), one);
    assertSame(await db.get(lines, ["o", 1]), line);
  });

  test("update() refuses a patch even when there is no row", async () => {
    await using db = await open(schema);
    await assertFails(() => db.update(todos, "1", bad({ nope: 1 })), TypeError, "nope");
    await assertFails(() => db.updateAll(todos, {}, bad({ title: 5 })), TypeError, "title");
  });

  test("update() refuses null in a required column", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const fields = {
      code: "constraint",
      table: "todos",
      columns: ["title"],
      rule: "null",
    } as const;
    await assertDataError(() => db.update(todos, "1", bad({ title: null })), fields);
    await assertDataError(() => db.updateAll(todos, {}, bad({ title: null })), fields);
    assertSame(await db.get(todos, "1"), one);
  });

  test("increment() adds to integer, bigint and real columns", async () => {
    await using db = await open({ tables: [counters] });
    await db.insert(counters, { id: 1, n: 1, big: 1n, x: 0.5 });
    const patch = { n: increment(2), big: increment(2n ** 60n), x: increment(-0.25) };
    const row = await db.update(counters, 1, patch);
    assertSame(row, { id: 1, n: 3, big: 2n ** 60n + 1n, x: 0.25, name: "" });
    assertSame(await db.updateAll(counters, {}, { n: increment(-5) }), 1);
    assertSame((await db.get(counters, 1))!.n, -2);
  });

  test("increment() refuses a result out of the column's range", async () => {
    await using db = await open({ tables: [counters] });
    const row = { id: 1, n: 2 ** 53 - 1, big: -(2n ** 63n), x: Infinity, name: "" };
    await db.insert(counters, row);
    await assertFails(() => db.update(counters, 1, { n: increment(1) }), RangeError, "n");
    await assertFails(() => db.updateAll(counters, {}, { n: increment(1) }), RangeError, "n");
    await assertFails(() => db.update(counters, 1, { big: increment(-1n) }), RangeError, "big");
    await assertFails(() => db.update(counters, 1, { x: increment(-Infinity) }), RangeError, "x");
    await assertFails(() => db.update(counters, 1, { n: increment(0.5) }), RangeError, "n");
    assertSame(await db.get(counters, 1), row);
  });

  test("increment() refuses another type than the column's", async () => {
    await using db = await open({ tables: [counters] });
    await db.insert(counters, { id: 1 });
    const wrong = [{ n: 1n }, { big: 1 }, { x: 1n }, { n: "1" }, { name: 1 }, { id: 1 }];
    for (const part of wrong) {
      const [[name, by]] = Object.entries(part) as [[string, never]];
      const run = () => db.update(counters, 1, bad({ [name]: increment(by) }));
      await assertFails(run, TypeError);
    }
    const whole = { id: 1, n: 0, big: 0n, x: 0, name: "" };
    assertSame(await db.get(counters, 1), whole);
    const insert = () => db.insert(counters, bad({ id: 2, n: increment(1) }));
    await assertFails(insert, TypeError, "counters", "n");
  });

  test("update() with `if` changes the row when it matches", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const row = { ...one, done: true };
    const options = { if: { done: false, priority: gt(0) } };
    assertSame(await db.update(todos, "1", { done: true }, options), row);
  });

  test("update() with `if` is a conflict when the row does not match", async () => {
    await using db = await open(schema);
    await db.insert(todos, one);
    const options = { if: { title: "y" } };
    await assertDataError(() => db.update(todos, "1", { done: true }, options), {
      code: "conflict",
      table: "todos",
    });
    assertSame(await db.get(todos, "1"), one);
  });

  test("onUpdate() sets the column on every update that does not", async () => {
    await using db = await open({ tables: [stamped] });
    const rows = [1, 2, 3].map((id) => ({ id, name: "x" }));
    assertSame((await db.insert(stamped, rows))[0], { id: 1, name: "x", state: "new" });
    assertSame((await db.update(stamped, 1, { name: "y" }))!.state, "touched");
    assertSame((await db.update(stamped, 2, { state: "mine" }))!.state, "mine");
    await db.upsert(stamped, { id: 3, name: "z" });
    assertSame(pluck(await db.all(query(stamped)), "state"), ["touched", "mine", "touched"]);
    await db.updateAll(stamped, { id: 2 }, { name: "w" });
    assertSame((await db.get(stamped, 2))!.state, "touched");
  });

  test("onUpdate() fills an insert when there is no default", async () => {
    const notes = table("notes", { id: integer().primaryKey(), by: text().onUpdate(() => "me") });
    await using db = await open({ tables: [notes] });
    assertSame(await db.insert(notes, { id: 1 }), { id: 1, by: "me" });
    assertSame(await db.insert(notes, { id: 2, by: "you" }), { id: 2, by: "you" });
  });

  test("updateAll() changes the rows that match and counts them", async () => {
    await using db = await open(schema);
    await db.insert(todos, [one, two, { ...base, id: "3", priority: 3 }]);
    assertSame(await db.updateAll(todos, { priority: gt(1) }, { done: true }), 2);
    assertSame(pluck(await db.all(query(todos)), "done"), [false, true, true]);
    assertSame(await db.updateAll(todos, { priority: gt(9) }, { done: true }), 0);
    assertSame(await db.updateAll(todos, {}, { title: "all" }), 3);
    assertSame(await db.count(query(todos).where({ title: "all" })), 3);
  });

  test("updateAll() matches each row as it was before the call", async () => {
    await using db = await open({ tables: [counters] });
    await db.insert(counters, [0, 1, 2].map((n) => ({ id: n, n })));
    await db.updateAll(counters, { n: gt(0) }, { n: increment(1) });
    assertSame(pluck(await db.all(query(counters)), "n"), [0, 2, 3]);
  });

  test("updateAll() changes nothing when one row is refused", async () => {
    await using db = await open({ tables: [counters] });
    await db.insert(counters, [{ id: 1, n: 0 }, { id: 2, n: 2 ** 53 - 1 }, { id: 3, n: 0 }]);
    await assertFails(() => db.updateAll(counters, {}, { n: increment(1) }), RangeError, "n");
    assertSame(pluck(await db.all(query(counters)), "n"), [0, 2 ** 53 - 1, 0]);
  });
}
