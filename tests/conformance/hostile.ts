import { boolean, eq, integer, query, table, text } from "../../mod.ts";
import {
  BIGINTS,
  BYTES,
  DATES,
  indexed,
  kinds,
  LONG,
  NAMES,
  NUMBERS,
  own,
  schema,
  TEXTS,
  todos,
} from "./samples.ts";
import { assertSame, show } from "./same.ts";
import { assertFails, bad, pluck, type Suite } from "./suite.ts";

const INDEXABLE: Readonly<Record<string, readonly unknown[]>> = {
  text: TEXTS,
  integer: NUMBERS.filter(Number.isSafeInteger),
  bigint: BIGINTS,
  real: NUMBERS,
  boolean: [true, false],
  date: DATES,
  bytes: BYTES,
};

export function hostileTests({ test, open }: Suite): void {
  test("table() takes any name that the rules allow, and refuses the others", async () => {
    for (const [name, allowed] of NAMES) {
      const make = () => table(name, { id: text().primaryKey(), n: integer() });
      if (!allowed) {
        await assertFails(make, TypeError);
        continue;
      }
      const named = make();
      await using db = await open({ tables: [named] });
      const row = { id: "a", n: 1 };
      await db.insert(named, row);
      assertSame(await db.get(named, "a"), row, show(name));
      assertSame(await db.all(query(named).where({ n: 1 })), [row], show(name));
      await db.update(named, "a", { n: 2 });
      assertSame(await db.count(query(named).where({ n: 2 })), 1, show(name));
      assertSame(await db.delete(named, "a"), true, show(name));
    }
  });

  test("table() takes any column name that the rules allow, and refuses the others", async () => {
    for (const [name, allowed] of NAMES) {
      const make = () =>
        table("things", { id: text().primaryKey(), ...own(name, integer().optional()) });
      if (!allowed) {
        await assertFails(make, TypeError);
        continue;
      }
      const columns = Object.fromEntries([
        ["id", text().primaryKey()],
        [name, integer().optional()],
      ]);
      const things = table("things", columns, { indexes: [name] });
      await using db = await open({ tables: [things] });
      const row = (n: number | null, id = "a") => Object.fromEntries([["id", id], [name, n]]);
      await db.insert(things, bad([row(1), { id: "b" }]));
      const rows = [row(1), row(null, "b")];
      assertSame(await db.all(query(things)), rows, show(name));
      assertSame(await db.get(things, bad("a")), rows[0], show(name));
      assertSame(await db.all(query(things).where(bad(own(name, 1)))), [rows[0]], show(name));
      const sorted = query(things).orderBy(bad(name), "desc");
      assertSame(await db.all(sorted), rows, show(name));
      await db.update(things, bad("a"), bad(own(name, 2)));
      assertSame(
        await db.first(query(things).select(bad(name)).offset(0)),
        own(name, 2),
        show(name),
      );
      await db.upsert(things, bad(row(3)));
      assertSame(await db.get(things, bad("a")), row(3), show(name));
    }
  });

  test("table() refuses names that differ by ASCII case alone, and system columns", async () => {
    const columns = { id: text().primaryKey() };
    const twice = () => table("a", { ...columns, name: text(), Name: text() });
    await assertFails(twice, TypeError, "Name");
    for (const name of ["xmin", "xmax", "cmin", "cmax", "ctid", "tableoid"]) {
      await assertFails(() => table("a", { ...columns, ...own(name, text()) }), TypeError, name);
    }
    table("a", { ...columns, é: text(), É: text() });
    table("xmin", columns);
    const run = async () => {
      await using _ = await open({ tables: [table("Cats", columns), table("cats", columns)] });
    };
    await assertFails(run, TypeError, "ats");
  });

  test("join(), include() and groupBy() take any alias that the rules allow", async () => {
    await using db = await open(schema);
    await db.insert(todos, { id: "1", title: "x" });
    for (const [name, allowed] of NAMES) {
      const alias = bad(name);
      const joined = () => db.all(query(todos).join(alias, todos, { id: "id" }));
      const included = () => db.all(query(todos).include(alias, todos, { id: "id" }));
      const left = () => db.all(query(todos).leftJoin(alias, todos, { title: "id" }));
      if (!allowed) {
        for (const run of [joined, included, left]) await assertFails(run, TypeError);
        continue;
      }
      const [row] = await joined() as unknown as Record<string, unknown>[];
      const pick = (from: object) => Object.getOwnPropertyDescriptor(from, name)?.value;
      assertSame((pick(row!) as { title: string }).title, "x", show(name));
      const [tree] = await included();
      assertSame((pick(tree!) as unknown[]).length, 1, show(name));
      const [missing] = await left();
      assertSame(pick(missing!), null, show(name));
      const title = bad(`${name}.title`);
      const some = query(todos).join(alias, todos, { id: "id" });
      const selected = await db.all(some.select(title).orderBy(title));
      assertSame(selected, [own(name, { title: "x" })], show(name));
      assertSame(await db.count(some.where(bad(own(title, "x")))), 1, show(name));
      const renamed = await db.all(query(todos).select(bad(own(name, "title"))));
      assertSame(renamed, [own(name, "x")], show(name));
    }
  });

  test("a schema takes any value name that the rules allow, and refuses the others", async () => {
    for (const [name, allowed] of NAMES) {
      const valued = {
        tables: [table("t", { id: text().primaryKey() })],
        values: own(name, integer().optional()),
      };
      if (!allowed) {
        await assertFails(async () => {
          await using _ = await open(valued);
        }, TypeError);
        continue;
      }
      await using db = await open(valued);
      assertSame(await db.getValue(name), null, show(name));
      await db.setValue(name, 5);
      assertSame(await db.getValue(name), 5, show(name));
    }
  });

  for (const [type, values] of Object.entries(INDEXABLE)) {
    test(`every ${type} comes back by all() and is found by eq(), with an index or not`, async () => {
      await using db = await open(schema);
      for (const target of [kinds, indexed]) {
        await db.insert(target, values.map((value, id) => ({ id, [type]: value })));
        const rows = await db.all(query(target));
        assertSame(pluck(rows, type as "text"), values);
        for (const [id, value] of values.entries()) {
          const found = await db.all(query(target).where(bad({ [type]: eq(value) })));
          assertSame(pluck(found, "id"), [id], `${show(value)} on ${target.name}`);
          const literal = await db.count(query(target).where(bad({ [type]: value })));
          assertSame(literal, 1, `${show(value)} on ${target.name}`);
        }
      }
    });
  }

  test("every text works as a key", async () => {
    const keyed = table("keyed", { id: text().primaryKey(), seen: boolean().default(false) });
    const pairs = table("pairs", { a: text(), b: text() }, { primaryKey: ["a", "b"] });
    await using db = await open({ tables: [keyed, pairs] });
    await db.insert(keyed, TEXTS.map((id) => ({ id })));
    for (const id of TEXTS) {
      assertSame((await db.get(keyed, id))!.id, id);
      assertSame((await db.update(keyed, id, { seen: true }))!.id, id);
    }
    assertSame(await db.count(query(keyed).where({ seen: true })), TEXTS.length);
    for (const id of TEXTS) assertSame(await db.delete(keyed, id), true, show(id));
    const all = TEXTS.flatMap((a) => TEXTS.map((b) => ({ a, b })));
    await db.insert(pairs, all);
    assertSame(await db.count(query(pairs)), all.length);
    for (const { a, b } of all) assertSame(await db.get(pairs, [a, b]), { a, b });
  });

  test("long text comes back whole, and is found where there is no index", async () => {
    await using db = await open(schema);
    await db.insert(kinds, [{ id: 1, text: LONG }, { id: 2, text: `${LONG}y` }]);
    assertSame((await db.get(kinds, 1))!.text, LONG);
    assertSame(pluck(await db.all(query(kinds).where({ text: LONG })), "id"), [1]);
    await assertFails(() => db.insert(indexed, { id: 1, text: LONG }), RangeError, "indexed");
    assertSame(await db.count(query(indexed)), 0);
  });
}
