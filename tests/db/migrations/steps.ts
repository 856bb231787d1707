import { assertEquals, assertInstanceOf } from "@std/assert";
import { integer, type Migration, query, type Schema, table, text } from "../../../mod.ts";
import { assertDataError, assertFails, bad, failure } from "../../conformance/suite.ts";
import type { Migrations, Reopen } from "../migrations.ts";

const notes = table("notes", { id: integer().primaryKey(), title: text() }, { indexes: ["title"] });
const rows = [{ id: 1, title: "a" }, { id: 2, title: "b" }];

/** Runs one step on a database of version 1 and gives the schema of version 2 back. */
async function step(
  place: Reopen,
  tables: Schema["tables"],
  run: (m: Migration) => Promise<void>,
): Promise<Schema> {
  await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
  const schema = { tables, version: 2, migrations: { 2: run } };
  await place.with(schema, () => {});
  return schema;
}

/** Tables in migrations, and what a step may do. */
export function testSteps({ test }: Migrations): void {
  test("addTable() and insert() make a table with rows", async (place) => {
    const tags = table("tags", { id: text().primaryKey(), name: text().unique() });
    const schema = await step(place, [notes, tags], async (m) => {
      await m.addTable(tags);
      await m.insert("tags", [{ name: "x" }, { id: "k", name: "y" }]);
      await m.insert("tags", []);
    });
    await place.with(schema, async (db) => {
      const found = await db.all(query(tags).orderBy("name"));
      assertEquals(found.map(({ name }) => name), ["x", "y"]);
      assertEquals(found[0]?.id.length, 36);
      await assertDataError(() => db.insert(tags, { name: "x" }), { rule: "unique" });
    });
  });

  test("dropTable() drops, and the name is free again", async (place) => {
    const again = table("notes", { key: text().primaryKey() });
    const schema = await step(place, [again], async (m) => {
      await m.dropTable("notes");
      await m.addTable(again);
      await m.insert("notes", [{ key: "k" }]);
    });
    await place.with(
      schema,
      async (db) => assertEquals(await db.all(query(again)), [{ key: "k" }]),
    );
  });

  test("renameTable() keeps rows and indexes, also where only the case changes", async (place) => {
    const of = (name: string) =>
      table(name, { id: integer().primaryKey(), title: text() }, { indexes: ["title"] });
    const [pages, Pages] = [of("pages"), of("Pages")];
    await step(place, [pages], (m) => m.renameTable("notes", "pages"));
    const schema: Schema = {
      tables: [Pages],
      version: 3,
      migrations: { 3: (m) => m.renameTable("pages", "Pages") },
    };
    await place.with(schema, async (db) => {
      assertEquals(await db.all(query(Pages).where({ title: "b" })), [{ id: 2, title: "b" }]);
      await db.insert(Pages, { id: 3, title: "c" });
    });
    const without = table("Pages", { id: integer().primaryKey(), title: text() });
    await place.with({ ...schema, tables: [without] }, async (db) => {
      assertEquals(await db.count(query(without)), 3);
    });
  });

  test("two tables change names", async (place) => {
    const a = table("a", { id: integer().primaryKey(), x: integer() }, { indexes: ["x"] });
    const b = table("b", { id: integer().primaryKey(), y: text() }, { indexes: ["y"] });
    const [a2, b2] = [
      table("a", { id: integer().primaryKey(), y: text() }, { indexes: ["y"] }),
      table("b", { id: integer().primaryKey(), x: integer() }, { indexes: ["x"] }),
    ];
    await place.with({ tables: [a, b] }, async (db) => {
      await db.insert(a, { id: 1, x: 1 });
      await db.insert(b, { id: 2, y: "y" });
    });
    const migrations = {
      2: async (m: Migration) => {
        await m.renameTable("a", "c");
        await m.renameTable("b", "a");
        await m.renameTable("c", "b");
      },
    };
    await place.with({ tables: [a2, b2], version: 2, migrations }, async (db) => {
      assertEquals(await db.all(query(a2)), [{ id: 2, y: "y" }]);
      assertEquals(await db.all(query(b2)), [{ id: 1, x: 1 }]);
    });
  });

  test("members refuse arguments that are none", async (place) => {
    const kinds: [string, (m: Migration) => Promise<void>][] = [
      ["notes", (m) => m.addTable(notes)],
      ["Notes", (m) => m.addTable(table("Notes", { id: integer().primaryKey() }))],
      ["table()", (m) => m.addTable(bad({}))],
      ["nothing", (m) => m.dropTable("nothing")],
      ["strata_meta", (m) => m.dropTable("strata_meta")],
      ["nothing", (m) => m.renameTable("nothing", "x")],
      ["a.b", (m) => m.renameTable("notes", "a.b")],
      ["strata_x", (m) => m.renameTable("notes", "strata_x")],
      ["nothing", (m) => m.addColumn("nothing", "x", text())],
      ["x", (m) => m.addColumn("notes", "x", bad("text"))],
      ["x", (m) => m.addColumn("notes", "x", text().primaryKey())],
      ["TITLE", (m) => m.addColumn("notes", "TITLE", text().optional())],
      ["x.y", (m) => m.addColumn("notes", "x.y", text().optional())],
      ["x", (m) => m.addColumn("notes", "x", text())],
      ["x", (m) => m.addColumn("notes", "x", text(), { fill: bad("f") })],
      ["x", (m) => m.addColumn("notes", "x", text(), { fill: () => 1 })],
      ["x", (m) => m.addColumn("notes", "x", text(), { fill: () => null })],
      ["x", (m) => m.dropColumn("notes", "x")],
      ["id", (m) => m.dropColumn("notes", "id")],
      ["x", (m) => m.renameColumn("notes", "x", "y")],
      ["Id", (m) => m.renameColumn("notes", "title", "Id")],
      ["ctid", (m) => m.renameColumn("notes", "title", "ctid")],
      ["nothing", (m) => m.each("nothing", (row) => row)],
      ["notes", (m) => m.each("notes", bad(undefined))],
      ["notes", (m) => m.each("notes", () => bad(undefined))],
      ["x", (m) => m.each("notes", (row) => ({ ...row, x: 1 }))],
      ["title", (m) => m.each("notes", ({ id }) => ({ id }))],
      ["title", (m) => m.each("notes", (row) => ({ ...row, title: 1 }))],
      ["nothing", (m) => m.insert("nothing", [])],
      ["notes", (m) => m.insert("notes", bad({}))],
      ["x", (m) => m.insert("notes", [{ id: 3, title: "c", x: 1 }])],
      ["title", (m) => m.insert("notes", [{ id: 3 }])],
      ["nothing", async (m) => {
        for await (const _ of m.rows("nothing"));
      }],
    ];
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    for (const [part, run] of kinds) {
      const schema = { tables: [notes], version: 2, migrations: { 2: run } };
      await assertFails(() => place.open(schema), TypeError, part);
    }
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("open() refuses migrations that are none", async (place) => {
    for (const migrations of [{ x: () => {} }, { 0: () => {} }, { 2: "step" }, "steps"]) {
      const schema = { tables: [notes], version: 2, migrations: bad(migrations) };
      await assertFails(() => place.open(schema), TypeError, "migration");
    }
  });

  test("a step that does not await what it does is refused", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const runs: ((m: Migration) => Promise<void>)[] = [
      (m) => {
        m.each("notes", (row) => row);
        return Promise.resolve();
      },
      async (m) => {
        await m.dropColumn("notes", "title");
        m.addColumn("notes", "x", text().default("x"));
      },
    ];
    for (const run of runs) {
      const schema = { tables: [notes], version: 2, migrations: { 2: run } };
      await assertFails(() => place.open(schema), TypeError, "awaited");
    }
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("calls run in their order when they are awaited together", async (place) => {
    const more = table("notes", { id: integer().primaryKey(), b: text(), c: text().default("c") });
    const schema = await step(place, [more], async (m) => {
      await Promise.all([
        m.renameColumn("notes", "title", "a"),
        m.renameColumn("notes", "a", "b"),
        m.addColumn("notes", "c", text(), { fill: ({ b }) => `${b}!` }),
      ]);
    });
    await place.with(schema, async (db) => {
      assertEquals((await db.all(query(more))).map(({ c }) => c), ["a!", "b!"]);
    });
  });

  test("a migration is refused after its step", async (place) => {
    let kept: Migration | undefined;
    await step(place, [notes], (m) => {
      kept = m;
      return Promise.resolve();
    });
    const error = await failure(() => kept?.dropTable("notes"));
    assertInstanceOf(error, TypeError);
    const late = await failure(async () => {
      for await (const _ of kept?.rows("notes") ?? []);
    });
    assertInstanceOf(late, TypeError);
  });
}
