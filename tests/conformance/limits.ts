import { integer, noneOf, oneOf, query, table, text } from "../../mod.ts";
import { indexed, kinds, LONG, schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, pluck, record, type Suite, until } from "./suite.ts";

const x = (length: number) => "x".repeat(length);

export function limitsTests({ test, open }: Suite): void {
  test("table() takes names of 1 to 63 bytes of UTF-8", async () => {
    const names = [x(63), "é".repeat(31) + "x", "\u{1F600}".repeat(15) + "xyz", "x"];
    for (const name of names) {
      const named = table(
        name,
        Object.fromEntries([["id", text().primaryKey()], [name, integer()]]),
      );
      await using db = await open({ tables: [named] });
      await db.insert(named, bad(Object.fromEntries([["id", "a"], [name, 1]])));
      assertSame(await db.count(query(named).where(bad(Object.fromEntries([[name, 1]])))), 1);
    }
    const long = [x(64), "é".repeat(32), "\u{1F600}".repeat(16), x(200)];
    for (const name of long) {
      await assertFails(() => table(name, { id: text().primaryKey() }), TypeError);
      const columns = Object.fromEntries([["id", text().primaryKey()], [name, integer()]]);
      await assertFails(() => table("a", columns), TypeError);
    }
  });

  test("join() takes aliases of 1 to 63 bytes of UTF-8", async () => {
    await using db = await open(schema);
    for (const alias of [x(63), "é".repeat(31)]) {
      assertSame(await db.all(query(todos).join(bad(alias), todos, { id: "id" })), []);
    }
    for (const alias of [x(64), "é".repeat(32), ""]) {
      const run = () => db.all(query(todos).join(bad(alias), todos, { id: "id" }));
      await assertFails(run, TypeError);
    }
  });

  test("insert() takes text keys of 2,000 bytes and refuses 2,001", async () => {
    const keyed = table("keyed", { id: text().primaryKey() });
    await using db = await open({ tables: [keyed] });
    for (const id of [x(2_000), "é".repeat(1_000), "\u{1F600}".repeat(500)]) {
      await db.insert(keyed, { id });
      assertSame(await db.get(keyed, id), { id });
    }
    for (const id of [x(2_001), `${"é".repeat(1_000)}x`, LONG]) {
      await assertFails(() => db.insert(keyed, { id }), RangeError, "keyed", "id");
    }
    assertSame(await db.count(query(keyed)), 3);
  });

  test("insert() counts all parts of a compound key together", async () => {
    const pairs = table("pairs", { a: text(), b: text() }, { primaryKey: ["a", "b"] });
    await using db = await open({ tables: [pairs] });
    await db.insert(pairs, { a: x(1_000), b: x(1_000) });
    assertSame(await db.get(pairs, [x(1_000), x(1_000)]), { a: x(1_000), b: x(1_000) });
    await assertFails(() => db.insert(pairs, { a: x(1_000), b: x(1_001) }), RangeError, "pairs");
    await assertFails(() => db.insert(pairs, { a: x(2_000), b: "x" }), RangeError, "pairs");
    assertSame(await db.count(query(pairs)), 1);
  });

  test("insert() and update() count an index's columns with the key appended", async () => {
    const listed = table("listed", {
      id: text().primaryKey(),
      name: text().optional(),
      email: text().optional().unique(),
      a: text().optional(),
      b: text().optional(),
      free: text().optional(),
    }, { indexes: ["name", ["a", "b"]] });
    await using db = await open({ tables: [listed] });
    const id = x(100);
    const row = { id, name: x(1_900), email: x(1_900), a: x(900), b: x(1_000), free: LONG };
    await db.insert(listed, row);
    assertSame(await db.first(query(listed).where({ name: x(1_900) })), row);
    assertSame(await db.first(query(listed).where({ a: x(900), b: x(1_000) })), row);
    const patches = [{ name: x(1_901) }, { email: x(1_901) }, { a: x(901) }, { b: x(1_001) }];
    for (const patch of patches) {
      const other = { ...row, id: `${x(99)}y`, email: null, ...patch };
      await assertFails(() => db.update(listed, id, patch), RangeError, "listed");
      await assertFails(() => db.updateAll(listed, {}, patch), RangeError, "listed");
      await assertFails(() => db.insert(listed, other), RangeError, "listed");
    }
    await assertFails(() => db.upsert(listed, { id, name: x(1_901) }), RangeError, "listed");
    assertSame(await db.all(query(listed)), [row]);
  });

  test("setting an origin takes 64 characters and refuses 65", async () => {
    await using db = await open(schema);
    const commits = record(db);
    await db.insert(todos, { id: "1", title: "x" }, { origin: x(64) });
    await until(() => commits.length === 1);
    assertSame(commits[0]!.origin, x(64));
    const options = { origin: x(65) };
    await assertFails(() => db.insert(todos, { title: "x" }, options), RangeError);
    await assertFails(() => db.upsert(todos, { title: "x" }, options), RangeError);
    await assertFails(() => db.update(todos, "1", { title: "y" }, options), RangeError);
    await assertFails(() => db.updateAll(todos, {}, { title: "y" }, options), RangeError);
    await assertFails(() => db.deleteAll(todos, {}, options), RangeError);
    const steps = function* () {};
    await assertFails(() => db.transaction(steps, options), RangeError);
    await assertFails(() => db.insert(todos, { title: "x" }, { origin: bad(1) }), TypeError);
    assertSame((await db.all(query(todos))).map((row) => row.title), ["x"]);
  });

  test("oneOf() and noneOf() take lists of any length", async () => {
    await using db = await open(schema);
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, integer: id, text: `${id}` }));
    for (const target of [kinds, indexed]) {
      await db.insert(target, [...rows, { id: 50 }]);
      for (const length of [0, 1, 499, 500, 501, 10_000]) {
        // Every other number from 0, so that half of the rows are in a long list.
        const list = Array.from({ length }, (_, i) => i * 2);
        const inside = rows.filter((row) => list.includes(row.id));
        const about = `${length} on ${target.name}`;
        const numbers = query(target).where({ integer: oneOf<number | null>(list) });
        assertSame(pluck(await db.all(numbers), "id"), pluck(inside, "id"), about);
        const others = query(target).where({ integer: noneOf<number | null>(list) });
        assertSame(await db.count(others), 51 - inside.length, about);
        const texts = query(target).where({ text: oneOf<string | null>(list.map(String)) });
        assertSame(await db.count(texts), inside.length, about);
        const keys = query(target).where({ id: oneOf(list) });
        const withLast = inside.length + (list.includes(50) ? 1 : 0);
        assertSame(await db.count(keys), withLast, about);
        const nulls = query(target).where({ integer: oneOf<number | null>([...list, null]) });
        assertSame(await db.count(nulls), inside.length + 1, about);
      }
    }
  });

  test("insert() takes thousands of rows in one call", async () => {
    await using db = await open(schema);
    const rows = Array.from({ length: 5_000 }, (_, id) => ({ id, text: `row ${id}` }));
    const made = await db.insert(kinds, rows);
    assertSame([made.length, made.at(-1)!.text], [5_000, "row 4999"]);
    assertSame(await db.count(query(kinds)), 5_000);
    assertSame(await db.updateAll(kinds, {}, { integer: 1 }), 5_000);
    assertSame(await db.deleteAll(kinds, {}), 5_000);
  });
}
