import { query, table, text } from "../../mod.ts";
import { lines, schema, todos, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, pluck, type Suite } from "./suite.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ann = { id: "a", email: "ann@example.org", name: "Ann", role: "admin" } as const;
const bob = { id: "b", email: "bob@example.org", name: null, role: "member" } as const;

export function insertTests({ test, open }: Suite): void {
  test("insert() gives the whole row when one is given", async () => {
    await using db = await open(schema);
    const row = await db.insert(todos, { id: "t", title: "x" });
    const whole = { id: "t", title: "x", done: false, priority: 0, due: null, ownerId: null };
    assertSame(row, whole);
    assertSame(await db.get(todos, "t"), whole);
  });

  test("insert() gives an array in the order given when an array is given", async () => {
    await using db = await open(schema);
    assertSame(await db.insert(users, [bob, ann]), [bob, ann]);
    assertSame(await db.all(query(users)), [ann, bob]);
  });

  test("insert() gives an empty array when the array is empty", async () => {
    await using db = await open(schema);
    assertSame(await db.insert(users, []), []);
    assertSame(await db.count(query(users)), 0);
  });

  test("insert() makes a UUIDv7 when a text key is left out", async () => {
    await using db = await open(schema);
    const rows = await db.insert(todos, [{ title: "x" }, { title: "y", id: undefined }]);
    for (const row of rows) {
      if (!UUID_V7.test(row.id)) throw new Error(`No UUIDv7: ${row.id}`);
      assertSame(await db.get(todos, row.id), row);
    }
    if (rows[0]!.id === rows[1]!.id) throw new Error("The keys are equal");
  });

  test("insert() makes keys of its own when many rows have none", async () => {
    await using db = await open(schema);
    const given = Array.from({ length: 300 }, (_, i) => ({ title: `${i}` }));
    const rows = await db.insert(todos, given);
    assertSame(new Set(pluck(rows, "id")).size, 300);
    assertSame(pluck(rows, "title"), pluck(given, "title"));
  });

  test("insert() refuses a row without a key when an enum is the key", async () => {
    const sizes = table("sizes", { id: text(["s", "m"]).primaryKey(), label: text().optional() });
    await using db = await open({ tables: [sizes] });
    await assertFails(() => db.insert(sizes, bad({ label: "x" })), TypeError, "sizes", "id");
    await db.insert(sizes, { id: "s" });
    assertSame(await db.all(query(sizes)), [{ id: "s", label: null }]);
  });

  test("insert() works when the key is compound", async () => {
    await using db = await open(schema);
    const line = { orderId: "o", line: 2, sku: "s", quantity: 1, price: 0.5 };
    await db.insert(lines, [line, { ...line, line: 1 }]);
    assertSame(await db.get(lines, ["o", 2]), line);
    await assertDataError(() => db.insert(lines, line), {
      code: "constraint",
      table: "lines",
      columns: ["orderId", "line"],
      rule: "key",
    });
  });

  test("insert() refuses a row when a needed column is missing", async () => {
    await using db = await open(schema);
    await assertFails(() => db.insert(todos, bad({ id: "t" })), TypeError, "todos", "title");
    await assertFails(() => db.insert(lines, bad({ orderId: "o" })), TypeError, "lines");
    assertSame(await db.count(query(todos)), 0);
  });

  test("insert() refuses a row when a column is unknown", async () => {
    await using db = await open(schema);
    for (const name of ["nope", "Title", "constructor", "toString"]) {
      const row = bad({ id: "t", title: "x", [name]: 1 });
      await assertFails(() => db.insert(todos, row), TypeError, "todos", name);
    }
    assertSame(await db.count(query(todos)), 0);
  });

  test("insert() refuses what is not a row", async () => {
    await using db = await open(schema);
    for (const row of [null, undefined, 1, "x", [null], [[]]]) {
      await assertFails(() => db.insert(todos, bad(row)), TypeError);
    }
    assertSame(await db.count(query(todos)), 0);
  });

  test("insert() writes nothing when one row of many is refused", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const other = { ...bob, id: "c", email: "c@example.org" };
    await assertDataError(() => db.insert(users, [other, ann, bob]), { rule: "key" });
    await assertFails(() => db.insert(users, [other, bad({ ...bob, name: 5 })]), TypeError);
    assertSame(await db.all(query(users)), [ann]);
  });

  test("insert() refuses a key that is given twice in one call", async () => {
    await using db = await open(schema);
    await assertDataError(() => db.insert(users, [ann, { ...bob, id: "a" }]), {
      code: "constraint",
      table: "users",
      columns: ["id"],
      rule: "key",
    });
    assertSame(await db.count(query(users)), 0);
  });

  test("insert() gives the row that is there when a conflict is ignored", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const options = { onConflict: "ignore" } as const;
    assertSame(await db.insert(users, { ...bob, id: "a" }, options), ann);
    assertSame(await db.insert(users, { ...bob, email: ann.email }, options), ann);
    assertSame(await db.insert(users, [bob, { ...ann, name: "x" }, bob], options), [bob, ann, bob]);
    assertSame(await db.all(query(users)), [ann, bob]);
  });

  test("insert() updates the columns named when the conflict is on those named", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    const row = { id: "z", email: bob.email, name: "Bobby", role: "admin" } as const;
    const onConflict = { columns: ["email"], update: ["name"] } as const;
    assertSame(await db.insert(users, row, { onConflict }), { ...bob, name: "Bobby" });
    assertSame(await db.all(query(users)), [ann, { ...bob, name: "Bobby" }]);
  });

  test("insert() updates all but the key when a conflict updates all", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    const byKey = { id: "a", email: "new@example.org", name: null, role: "member" } as const;
    const all = { update: "all" } as const;
    const options = { onConflict: { columns: ["id"], ...all } } as const;
    assertSame(await db.insert(users, byKey, options), byKey);
    const byEmail = { id: "z", email: bob.email, name: "B", role: "admin" } as const;
    assertSame(await db.insert(users, byEmail, { onConflict: { columns: ["email"], ...all } }), {
      ...byEmail,
      id: "b",
    });
    assertSame(await db.count(query(users)), 2);
  });

  test("insert() updates by unique columns when the row has the same key too", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    const onConflict = { columns: ["email"], update: ["name"] } as const;
    const again = { ...ann, name: "Again" };
    assertSame(await db.insert(users, again, { onConflict }), again);
    assertSame(await db.all(query(users)), [again, bob]);
  });

  test("insert() inserts what has no conflict when a conflict would update", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const onConflict = { columns: ["id"], update: ["name"] } as const;
    const rows = await db.insert(users, [{ ...ann, name: "N" }, bob], { onConflict });
    assertSame(rows, [{ ...ann, name: "N" }, bob]);
    assertSame(await db.all(query(users)), [{ ...ann, name: "N" }, bob]);
  });

  test("insert() refuses a conflict on other columns than those named", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const onConflict = { columns: ["id"], update: "all" } as const;
    await assertDataError(() => db.insert(users, { ...bob, email: ann.email }, { onConflict }), {
      code: "constraint",
      columns: ["email"],
      rule: "unique",
    });
    assertSame(await db.all(query(users)), [ann]);
  });

  test("insert() refuses a conflict target that is no key and not unique", async () => {
    await using db = await open(schema);
    const onConflict = { columns: ["name"], update: "all" } as const;
    await assertFails(() => db.insert(users, ann, { onConflict }), TypeError, "users", "name");
  });

  test("insert() refuses a table that is not in the schema", async () => {
    await using db = await open({ tables: [todos, users] });
    const row = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 1 };
    await assertFails(() => db.insert(lines, row), TypeError, "lines");
    const twin = table("todos", { id: text().primaryKey(), title: text() });
    await assertFails(() => db.insert(twin, { title: "x" }), TypeError, "todos");
  });

  test("insert() copies what it is given", async () => {
    await using db = await open(schema);
    const due = new Date(5);
    const row = { id: "t", title: "x", due };
    const given = await db.insert(todos, row);
    due.setTime(6);
    row.title = "y";
    const { id, title } = (await db.get(todos, "t"))!;
    assertSame([id, title, given.title], ["t", "x", "x"]);
    assertSame((await db.get(todos, "t"))!.due, new Date(5));
  });
}
