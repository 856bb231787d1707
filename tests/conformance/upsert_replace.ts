import { integer, query, table, text } from "../../mod.ts";
import { lines, schema, users } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertDataError, assertFails, bad, type Suite } from "./suite.ts";

const ann = { id: "a", email: "ann@example.org", name: "Ann", role: "admin" } as const;
const bob = { id: "b", email: "bob@example.org", name: null, role: "member" } as const;

export function upsertReplaceTests({ test, open }: Suite): void {
  test("upsert() inserts when there is no row", async () => {
    await using db = await open(schema);
    assertSame(await db.upsert(users, { id: "b", email: bob.email }), bob);
    assertSame(await db.all(query(users)), [bob]);
  });

  test("upsert() updates only the columns given when there is a row", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const row = { ...ann, email: "new@example.org" };
    assertSame(await db.upsert(users, { id: "a", email: row.email }), row);
    assertSame(await db.get(users, "a"), row);
  });

  test("upsert() writes null when null is given, and leaves alone what is undefined", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    await db.upsert(users, { id: "a", email: ann.email, name: null, role: undefined });
    assertSame(await db.get(users, "a"), { ...ann, name: null });
  });

  test("upsert() takes many, in order", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const rows = await db.upsert(users, [bob, { id: "a", email: ann.email, name: "N" }]);
    assertSame(rows, [bob, { ...ann, name: "N" }]);
    assertSame(await db.upsert(users, []), []);
    assertSame(await db.count(query(users)), 2);
  });

  test("upsert() takes the last value when one key is given twice", async () => {
    await using db = await open(schema);
    await db.upsert(users, [{ ...bob, name: "1" }, { id: "b", email: bob.email, name: "2" }]);
    assertSame(await db.all(query(users)), [{ ...bob, name: "2" }]);
  });

  test("upsert() works when the key is compound", async () => {
    await using db = await open(schema);
    const line = { orderId: "o", line: 1, sku: "s", quantity: 1, price: 0.5 };
    await db.upsert(lines, [line, { ...line, line: 2 }, { ...line, quantity: 9 }]);
    assertSame(await db.all(query(lines)), [{ ...line, quantity: 9 }, { ...line, line: 2 }]);
  });

  test("upsert() finds the row by unique columns when `on` names them", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const row = await db.upsert(users, { email: ann.email, name: "N" }, { on: ["email"] });
    assertSame(row, { ...ann, name: "N" });
    const made = await db.upsert(users, { email: "new@example.org" }, { on: ["email"] });
    assertSame(made, { id: made.id, email: "new@example.org", name: null, role: "member" });
    assertSame(await db.count(query(users)), 2);
  });

  test("upsert() finds the row by a compound unique index when `on` names it", async () => {
    const seats = table("seats", {
      id: integer().primaryKey(),
      hall: text(),
      seat: integer(),
      guest: text().optional(),
    }, { indexes: [{ columns: ["hall", "seat"], unique: true }] });
    await using db = await open({ tables: [seats] });
    await db.insert(seats, { id: 1, hall: "a", seat: 1 });
    const row = { id: 1, hall: "a", seat: 1, guest: "x" };
    assertSame(await db.upsert(seats, row, { on: ["hall", "seat"] }), row);
    await db.upsert(seats, { id: 2, hall: "a", seat: 2 }, { on: ["hall", "seat"] });
    assertSame(await db.count(query(seats)), 2);
  });

  test("upsert() inserts when a unique column in `on` is null", async () => {
    const tags = table("tags", { id: integer().primaryKey(), slug: text().optional().unique() });
    await using db = await open({ tables: [tags] });
    await db.upsert(tags, { id: 1, slug: null }, { on: ["slug"] });
    await db.upsert(tags, { id: 2, slug: null }, { on: ["slug"] });
    assertSame(await db.count(query(tags)), 2);
  });

  test("upsert() refuses an `on` that is no key and not unique", async () => {
    await using db = await open(schema);
    await assertFails(() => db.upsert(users, ann, { on: ["name"] }), TypeError, "users", "name");
    await assertFails(() => db.upsert(users, ann, { on: bad(["nope"]) }), TypeError, "users");
    assertSame(await db.count(query(users)), 0);
  });

  test("upsert() refuses a unique value that another row has", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    await assertDataError(() => db.upsert(users, { id: "b", email: ann.email }), {
      code: "constraint",
      table: "users",
      columns: ["email"],
      rule: "unique",
    });
    assertSame(await db.get(users, "b"), bob);
  });

  test("upsert() writes nothing when one row of many is refused", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    await assertFails(() => db.upsert(users, [bob, bad({ ...ann, name: 5 })]), TypeError, "name");
    await assertDataError(() => db.upsert(users, [bob, { ...bob, id: "c" }]), { rule: "unique" });
    assertSame(await db.all(query(users)), [ann]);
  });

  test("upsert() takes rows one after the other, so unique values need room to be exchanged", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    const swapped = [{ id: "a", email: bob.email }, { id: "b", email: ann.email }];
    await assertDataError(() => db.upsert(users, swapped), { code: "constraint", rule: "unique" });
    assertSame(await db.all(query(users)), [ann, bob]);
    await db.upsert(users, [{ id: "a", email: "free@example.org" }, ...swapped.toReversed()]);
    assertSame(await db.get(users, "a"), { ...ann, email: bob.email });
    assertSame(await db.get(users, "b"), { ...bob, email: ann.email });
  });

  test("replace() writes the whole row, with defaults for what is left out", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    const row = { id: "a", email: "new@example.org", name: null, role: "member" };
    assertSame(await db.replace(users, { id: "a", email: "new@example.org" }), row);
    assertSame(await db.all(query(users)), [row]);
  });

  test("replace() inserts when there is no row", async () => {
    await using db = await open(schema);
    assertSame(await db.replace(users, { id: "b", email: bob.email }), bob);
    assertSame(await db.all(query(users)), [bob]);
  });

  test("replace() keeps its unique values and refuses those of others", async () => {
    await using db = await open(schema);
    await db.insert(users, [ann, bob]);
    await db.replace(users, { id: "a", email: ann.email });
    await assertDataError(() => db.replace(users, { id: "a", email: bob.email }), {
      code: "constraint",
      table: "users",
      columns: ["email"],
      rule: "unique",
    });
    assertSame((await db.get(users, "a"))!.email, ann.email);
  });

  test("replace() refuses a row when a needed column is missing or one is unknown", async () => {
    await using db = await open(schema);
    await db.insert(users, ann);
    await assertFails(() => db.replace(users, bad({ id: "a" })), TypeError, "users", "email");
    await assertFails(() => db.replace(users, bad({ ...ann, nope: 1 })), TypeError, "nope");
    assertSame(await db.all(query(users)), [ann]);
  });
}
