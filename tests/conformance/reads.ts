import { eq, gt, oneOf, query } from "../../mod.ts";
import { kinds, lines, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, pluck, type Suite } from "./suite.ts";

const base = { title: "x", done: false, due: null, ownerId: null };
const rows = [1, 2, 3].map((priority) => ({ ...base, id: `${priority}`, priority }));

export function readsTests({ test, open }: Suite): void {
  test("get() gives the row with that key, or undefined", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    assertSame(await db.get(todos, "2"), rows[1]);
    assertSame(await db.get(todos, "4"), undefined);
    assertSame(await db.get(todos, ""), undefined);
  });

  test("get() takes all parts of a compound key, in the key's order", async () => {
    await using db = await open(schema);
    const line = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 };
    await db.insert(lines, line);
    assertSame(await db.get(lines, ["o", 1]), line);
    assertSame(await db.get(lines, ["o", 2]), undefined);
    for (const key of ["o", ["o"], ["o", 1, 1], [1, "o"], { orderId: "o", line: 1 }, []]) {
      await assertFails(() => db.get(lines, bad(key)), TypeError, "lines");
    }
  });

  test("get() refuses a key of the wrong type or null", async () => {
    await using db = await open(schema);
    for (const key of [1, null, undefined, true, {}, ["1"], 1n]) {
      await assertFails(() => db.get(todos, bad(key)), TypeError, "todos");
    }
    for (const key of ["1", null, 1n, new Date(1)]) {
      await assertFails(() => db.get(kinds, bad(key)), TypeError, "kinds");
    }
  });

  test("getMany() gives a row or undefined for each key, in the order given", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const got = await db.getMany(todos, ["3", "9", "1", "3"]);
    assertSame(got, [rows[2], undefined, rows[0], rows[2]]);
    assertSame(await db.getMany(todos, []), []);
    const many = Array.from({ length: 1_500 }, (_, i) => `${i}`);
    assertSame((await db.getMany(todos, many)).filter((row) => row !== undefined), rows);
    await assertFails(() => db.getMany(todos, ["1", bad(2)]), TypeError, "todos");
  });

  test("getMany() works when the key is compound", async () => {
    await using db = await open(schema);
    const line = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 };
    await db.insert(lines, [line, { ...line, line: 2 }]);
    const got = await db.getMany(lines, [["o", 2], ["p", 1], ["o", 1]]);
    assertSame(got, [{ ...line, line: 2 }, undefined, line]);
  });

  test("all() gives the rows that match, by key", async () => {
    await using db = await open(schema);
    await db.insert(todos, [rows[2]!, rows[0]!, rows[1]!]);
    assertSame(await db.all(query(todos)), rows);
    assertSame(await db.all(query(todos).where({ priority: gt(1) })), rows.slice(1));
    assertSame(await db.all(query(todos).where({})), rows);
    assertSame(await db.all(query(users)), []);
  });

  test("all() means and when there are several conditions", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const both = query(todos).where({ priority: gt(1) }).where({ id: oneOf(["1", "2"]) });
    assertSame(await db.all(both), [rows[1]]);
    assertSame(await db.all(query(todos).where({ priority: 2, id: "2" })), [rows[1]]);
    assertSame(await db.all(query(todos).where({ priority: 2, id: "1" })), []);
  });

  test("all() leaves the query as it was", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const whole = query(todos);
    const { hash } = whole;
    assertSame(pluck(await db.all(whole.where({ priority: 2 }).limit(1)), "id"), ["2"]);
    assertSame((await db.all(whole)).length, 3);
    assertSame(whole.hash, hash);
  });

  test("first() gives the first row in order, or undefined", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    assertSame(await db.first(query(todos)), rows[0]);
    assertSame(await db.first(query(todos).orderBy("priority", "desc")), rows[2]);
    assertSame(await db.first(query(todos).where({ priority: 9 })), undefined);
    assertSame(await db.first(query(todos).limit(0)), undefined);
    assertSame(await db.first(query(todos).offset(1)), rows[1]);
  });

  test("count() counts what all() would give, limit and offset included", async () => {
    await using db = await open(schema);
    assertSame(await db.count(query(todos)), 0);
    await db.insert(todos, rows);
    assertSame(await db.count(query(todos)), 3);
    assertSame(await db.count(query(todos).where({ priority: gt(1) })), 2);
    assertSame(await db.count(query(todos).limit(2)), 2);
    assertSame(await db.count(query(todos).limit(9)), 3);
    assertSame(await db.count(query(todos).offset(2)), 1);
    assertSame(await db.count(query(todos).offset(9)), 0);
    assertSame(await db.count(query(todos).offset(1).limit(1)), 1);
    assertSame(await db.count(query(todos).limit(0)), 0);
    assertSame(await db.count(query(todos).after(rows[0])), 2);
    assertSame(await db.count(query(todos).select("title").distinct()), 1);
  });

  test("has() tells whether all() would give a row", async () => {
    await using db = await open(schema);
    assertSame(await db.has(query(todos)), false);
    await db.insert(todos, rows);
    assertSame(await db.has(query(todos)), true);
    assertSame(await db.has(query(todos).where({ id: eq("2") })), true);
    assertSame(await db.has(query(todos).where({ id: "9" })), false);
    assertSame(await db.has(query(todos).offset(3)), false);
    assertSame(await db.has(query(todos).limit(0)), false);
  });

  test("iterate() gives the rows of all(), in order", async () => {
    await using db = await open(schema);
    const many = Array.from({ length: 1_200 }, (_, id) => ({ id, integer: id % 7 }));
    await db.insert(kinds, many);
    const whole = query(kinds).orderBy("integer", "desc");
    assertSame(await db.iterated(whole), await db.all(whole));
    const part = whole.where({ integer: gt(2) }).offset(3).limit(600);
    assertSame(await db.iterated(part), await db.all(part));
    assertSame(await db.iterated(query(todos)), []);
  });

  test("iterate() may be left early, and begun again", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const { source } = db;
    for (let i = 0; i < 2; i++) {
      for await (const row of source.iterate(query(todos)) as AsyncIterable<{ id: string }>) {
        assertSame(row.id, "1");
        break;
      }
    }
    assertSame((await db.iterated(query(todos))).length, 3);
  });

  test("explain() names the source, and an access for each table", async () => {
    await using db = await open(schema);
    await db.insert(todos, rows);
    const plan = await db.explain(query(todos).where({ id: "1" }));
    assertSame(typeof plan.source, "string");
    assertSame(plan.steps.map((step) => step.table), ["todos"]);
    const joined = await db.explain(query(todos).join("owner", users, { id: "ownerId" }));
    assertSame(joined.steps.map((step) => step.table).sort(), ["todos", "users"]);
    assertSame(JSON.parse(JSON.stringify(plan)).steps.length, 1);
  });

  test("every verb refuses a table that is not in the schema", async () => {
    await using db = await open({ tables: [users] });
    const runs = [
      () => db.get(todos, "1"),
      () => db.getMany(todos, ["1"]),
      () => db.all(query(todos)),
      () => db.first(query(todos)),
      () => db.count(query(todos)),
      () => db.has(query(todos)),
      () => db.iterated(query(todos)),
      () => db.all(query(users).include("todos", todos, { ownerId: "id" })),
      () => db.upsert(todos, { title: "x" }),
      () => db.replace(todos, { title: "x" }),
      () => db.update(todos, "1", { title: "x" }),
      () => db.updateAll(todos, {}, { title: "x" }),
      () => db.delete(todos, "1"),
      () => db.deleteAll(todos, {}),
      () => db.claim(query(todos).limit(1), { title: "x" }),
    ];
    for (const run of runs) await assertFails(run, TypeError, "todos");
  });

  test("every verb fails once the source is closed", async () => {
    const db = await open(schema);
    await db.insert(todos, rows);
    await db.close();
    const runs = [
      () => db.get(todos, "1"),
      () => db.getMany(todos, ["1"]),
      () => db.all(query(todos)),
      () => db.first(query(todos)),
      () => db.count(query(todos)),
      () => db.has(query(todos)),
      () => db.iterated(query(todos)),
      () => db.explain(query(todos)),
      () => db.insert(todos, { title: "x" }),
      () => db.upsert(todos, { title: "x" }),
      () => db.replace(todos, { title: "x" }),
      () => db.update(todos, "1", { title: "x" }),
      () => db.updateAll(todos, {}, { title: "x" }),
      () => db.delete(todos, "1"),
      () => db.deleteAll(todos, {}),
      () => db.claim(query(todos).limit(1), { title: "x" }),
      () =>
        db.transaction(function* (tx) {
          yield tx.get(todos, "1");
        }),
    ];
    for (const run of runs) await assertDataError(run, { code: "closed" });
    await db.close();
  });
}
