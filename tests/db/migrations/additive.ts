import { assert, assertEquals } from "@std/assert";
import {
  bigint,
  boolean,
  bytes,
  DataError,
  date,
  integer,
  json,
  query,
  real,
  table,
  text,
} from "../../../mod.ts";
import { assertDataError, assertFails } from "../../conformance/suite.ts";
import type { Migrations } from "../migrations.ts";

const notes = table("notes", { id: integer().primaryKey(), title: text() });
const rows = [{ id: 1, title: "a" }, { id: 2, title: "b" }];

/** Differences that lose nothing. */
export function testAdditive({ test }: Migrations): void {
  test("open() keeps rows when nothing changed", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("open() adds a table with its indexes", async (place) => {
    const tags = table("tags", { id: integer().primaryKey(), name: text().unique() });
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    await place.with({ tables: [notes, tags] }, async (db) => {
      assertEquals(await db.all(query(tags)), []);
      await db.insert(tags, { id: 1, name: "x" });
      await assertDataError(() => db.insert(tags, { id: 2, name: "x" }), { rule: "unique" });
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("open() adds columns of each type, null, by value or by function", async (place) => {
    let calls = 0;
    const more = table("notes", {
      body: text().optional(),
      id: integer().primaryKey(),
      title: text(),
      kind: text(["x", "y"]).default("y"),
      count: integer().default(7),
      big: bigint().default(2n ** 60n),
      part: real().default(0.5),
      done: boolean().default(true),
      at: date().default(new Date(5)),
      raw: bytes().default(new Uint8Array([1, 0])),
      data: json<unknown>().default({ a: [1, null] }),
      number: integer().default(() => ++calls),
      seen: date().onUpdate(() => new Date(9)),
      both: text().optional().default("both"),
    });
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const added = {
      body: null,
      kind: "y" as const,
      count: 7,
      big: 2n ** 60n,
      part: 0.5,
      done: true,
      at: new Date(5),
      raw: new Uint8Array([1, 0]),
      data: { a: [1, null] },
      seen: new Date(9),
      both: "both",
    };
    const check = () =>
      place.with({ tables: [more] }, async (db) => {
        const found = await db.all(query(more));
        assertEquals(
          found.map(({ number: _, ...row }) => row),
          rows.map((row) => ({ ...row, ...added })),
        );
        assertEquals(found.map(({ number }) => number).sort(), [1, 2]);
      });
    await check();
    await check();
    assertEquals(calls, 2);
  });

  test("open() fills a new column by a function for more rows than a page", async (place) => {
    const many = Array.from({ length: 1203 }, (_, id) => ({ id, title: `t${id}` }));
    let calls = 0;
    const more = table("notes", {
      id: integer().primaryKey(),
      title: text(),
      rank: integer().default(() => ++calls).unique(),
    });
    await place.with({ tables: [notes] }, (db) => db.insert(notes, many));
    await place.with({ tables: [more] }, async (db) => {
      const found = await db.all(query(more));
      assertEquals(found.map(({ id, rank }) => rank - id), many.map(() => 1));
      await assertDataError(() => db.insert(more, { id: -1, title: "", rank: 5 }), {
        rule: "unique",
      });
    });
  });

  test("open() refuses a new required column, a lost one, another type or key", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const id = integer().primaryKey();
    const cases = [
      [table("notes", { id, title: text(), size: integer() }), "size"],
      [table("notes", { id }), "title"],
      [table("notes", { id, title: integer() }), "title"],
      [table("notes", { id, name: text() }), "title"],
      [table("notes", { id, title: text(["a", "b"]) }), "title"],
      [table("notes", { id: text().primaryKey(), title: text() }), "id"],
      [table("notes", { id: integer(), title: text().primaryKey() }), undefined],
      [table("notes", { id: integer(), title: text() }, { primaryKey: ["id"] }), undefined],
    ] as const;
    for (const [changed, column] of cases) {
      const error = await assertDataError(() => place.open({ tables: [changed] }), {
        code: "version",
        table: "notes",
      });
      if (column) {
        assertEquals(error.columns, [column]);
        assert(error.message.includes(`"${column}"`), error.message);
      }
      assert(error.message.includes("migration"), error.message);
    }
    await assertDataError(() => place.open({ tables: [] }), { code: "version", table: "notes" });
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("open() adds and drops indexes", async (place) => {
    const of = (indexes: { columns: "title"[]; unique: boolean }[]) =>
      table("notes", { id: integer().primaryKey(), title: text() }, { indexes });
    const plain = of([{ columns: ["title"], unique: false }]);
    const unique = of([{ columns: ["title"], unique: true }]);
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    for (const each of [plain, unique, plain, notes, unique]) {
      await place.with({ tables: [each] }, async (db) => {
        const found = await db.all(query(each).where({ title: "b" }));
        assertEquals(found, [{ id: 2, title: "b" }]);
        const again = () => db.insert(each, { id: 3, title: "b" });
        if (each === unique) await assertDataError(again, { rule: "unique", columns: ["title"] });
        else {
          await again();
          await db.delete(each, 3);
        }
      });
    }
  });

  test("open() refuses a unique index over rows with equal values", async (place) => {
    const unique = table("notes", {
      id: integer().primaryKey(),
      title: text().unique(),
      more: text().optional(),
    });
    const other = table("other", { id: integer().primaryKey() });
    await place.with(
      { tables: [notes] },
      (db) => db.insert(notes, [...rows, { id: 3, title: "a" }]),
    );
    await assertDataError(() => place.open({ tables: [other, unique] }), {
      code: "constraint",
      rule: "unique",
      table: "notes",
      columns: ["title"],
    });
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals((await db.all(query(notes))).length, 3);
      await db.update(notes, 3, { title: "c" });
    });
    await place.with({ tables: [other, unique] }, async (db) => {
      assertEquals((await db.all(query(unique).where({ title: "c" })))[0]?.id, 3);
      await assertDataError(() => db.update(unique, 3, { title: "a" }), { rule: "unique" });
    });
  });

  test("open() takes null in a new unique index more than once", async (place) => {
    const columns = { id: integer().primaryKey(), a: integer().optional(), b: bytes().optional() };
    const before = table("pairs", columns);
    const after = table("pairs", columns, { indexes: [{ columns: ["a", "b"], unique: true }] });
    const b = new Uint8Array([7]);
    await place.with({ tables: [before] }, (db) =>
      db.insert(before, [
        { id: 1 },
        { id: 2 },
        { id: 3, a: 1 },
        { id: 4, a: 1 },
        { id: 5, a: 1, b },
        { id: 6, a: 2, b },
      ]));
    await place.with({ tables: [after] }, async (db) => {
      await assertDataError(() => db.insert(after, { id: 7, a: 1, b }), { rule: "unique" });
    });
  });

  test("open() refuses an index over rows that are too long for it", async (place) => {
    const indexed = table("notes", { id: integer().primaryKey(), title: text() }, {
      indexes: ["title"],
    });
    const long = (length: number) =>
      place.with(
        { tables: [notes] },
        (db) => db.upsert(notes, { id: 9, title: "é".repeat(length) }),
      );
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    await long(997);
    await assertFails(() => place.open({ tables: [indexed] }), RangeError, `"title"`);
    await long(996);
    await place.with({ tables: [indexed] }, async (db) => {
      await assertFails(() => db.update(indexed, 1, { title: "é".repeat(997) }), RangeError);
    });
  });

  test("open() refuses what is stored by a newer version", async (place) => {
    await place.with({ tables: [notes], version: 3 }, (db) => db.insert(notes, rows));
    const error = await assertDataError(() => place.open({ tables: [notes], version: 2 }), {
      code: "version",
    });
    assert(error instanceof DataError);
    await place.with({ tables: [notes], version: 3 }, async (db) => {
      assertEquals(await db.count(query(notes)), 2);
    });
  });

  test("values of the schema come, get wider and stay when they go", async (place) => {
    const schema = (values: Parameters<typeof place.open>[0]["values"]) => ({
      tables: [notes],
      ...(values && { values }),
    });
    await place.with(schema(undefined), (db) => db.insert(notes, rows));
    await place.with(
      schema({ theme: text(["dark", "light"]) }),
      (db) => db.setValue("theme", "dark"),
    );
    await place.with(
      schema({ theme: text().optional(), size: integer().default(3) }),
      async (db) => {
        assertEquals(await db.getValue("theme"), "dark");
        assertEquals(await db.getValue("size"), 3);
      },
    );
    await place.with(schema(undefined), async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
    await place.with(schema({ theme: text().optional() }), async (db) => {
      assertEquals(await db.getValue("theme"), "dark");
    });
    const error = await assertDataError(() => place.open(schema({ theme: integer() })), {
      code: "version",
    });
    assert(error.message.includes(`"theme"`), error.message);
  });
}
