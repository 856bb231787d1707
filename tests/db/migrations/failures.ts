import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { integer, type Migration, query, table, text } from "../../../mod.ts";
import { assertDataError, failure } from "../../conformance/suite.ts";
import type { Migrations } from "../migrations.ts";

const notes = table("notes", { id: integer().primaryKey(), title: text().unique() });
const tags = table("tags", { id: integer().primaryKey(), name: text().default("-") });
const after = table("notes", { id: integer().primaryKey(), name: text().unique(), n: integer() });
const rows = Array.from({ length: 700 }, (_, id) => ({ id, title: `t${id}` }));

/** What a migration does, call by call. */
const CALLS: readonly ((m: Migration) => Promise<void>)[] = [
  (m) => m.addTable(tags),
  (m) => m.insert("tags", [{ id: 1, name: "x" }]),
  (m) => m.addColumn("notes", "n", integer(), { fill: ({ id }) => id }),
  (m) =>
    m.each("notes", (row) => Number(row.id) % 2 === 0 ? null : { ...row, id: -Number(row.id) }),
  (m) => m.renameColumn("notes", "title", "name"),
  (m) => m.renameTable("notes", "pages"),
  (m) => m.dropTable("tags"),
  (m) => m.renameTable("pages", "notes"),
];

/** Steps that fail. */
export function testFailures({ test }: Migrations): void {
  test("a step that fails changes nothing, wherever it fails", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const reason = new Error("Cannot go on");
    const schema = (stop: number) => ({
      tables: [after],
      version: 2,
      migrations: {
        2: async (m: Migration) => {
          for (const [i, call] of CALLS.entries()) {
            if (i === stop) throw reason;
            await call(m);
          }
        },
      },
    });
    for (let stop = 0; stop < CALLS.length; stop++) {
      assertStrictEquals(await failure(() => place.open(schema(stop))), reason);
      await place.with({ tables: [notes] }, async (db) => {
        assertEquals(await db.all(query(notes)), rows);
        await assertDataError(() => db.insert(notes, { id: -1, title: "t5" }), { rule: "unique" });
        await db.insert(notes, { id: -1, title: "more" });
        await db.delete(notes, -1);
      });
    }
    await place.with(schema(CALLS.length), async (db) => {
      assertEquals(await db.count(query(after)), 350);
      assertEquals(await db.get(after, -7), { id: -7, name: "t7", n: 7 });
    });
  });

  test("a later step that fails takes the earlier ones back", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const migrations = {
      2: (m: Migration) => m.dropColumn("notes", "title"),
      3: () => Promise.reject(new RangeError("Cannot go on")),
    };
    const bare = table("notes", { id: integer().primaryKey() });
    const error = await failure(() => place.open({ tables: [bare], version: 3, migrations }));
    assert(error instanceof RangeError);
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
    await place.with({ tables: [bare], version: 2, migrations }, async (db) => {
      assertEquals(await db.count(query(bare)), rows.length);
    });
  });

  test("steps that don't lead to the schema are taken back", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const migrations = { 2: (m: Migration) => m.renameColumn("notes", "title", "nme") };
    await assertDataError(() => place.open({ tables: [after], version: 2, migrations }), {
      code: "version",
      table: "notes",
      columns: ["nme"],
    });
    await place.with({ tables: [notes] }, async (db) => {
      assertEquals(await db.all(query(notes)), rows);
    });
  });

  test("a function that throws half way through the rows changes nothing", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const boom = (row: { id?: unknown }): never => {
      throw new Error(`Cannot go on: ${row.id}`);
    };
    const runs: ((m: Migration) => Promise<void>)[] = [
      (m) => m.each("notes", (row) => row.id === 650 ? boom(row) : { ...row, title: `x${row.id}` }),
      (m) =>
        m.addColumn("notes", "n", integer(), { fill: (row) => row.id === 650 ? boom(row) : 1 }),
      async (m) => {
        // Caught, but half of it was done.
        await m.each("notes", (row) => row.id === 650 ? boom(row) : null).catch(() => {});
      },
    ];
    for (const run of runs) {
      const schema = { tables: [notes], version: 2, migrations: { 2: run } };
      const error = await failure(() => place.open(schema));
      assert(error instanceof Error && error.message.endsWith("650"));
      await place.with({ tables: [notes] }, async (db) => {
        assertEquals(await db.all(query(notes)), rows);
      });
    }
  });

  test("a refusal that is caught is no failure", async (place) => {
    await place.with({ tables: [notes] }, (db) => db.insert(notes, rows));
    const migrations = {
      2: async (m: Migration) => {
        await m.dropTable("nothing").catch(() => {});
        await m.each("notes", (row) => ({ ...row, title: `x${row.id}` }));
      },
    };
    await place.with({ tables: [notes], version: 2, migrations }, async (db) => {
      assertEquals((await db.get(notes, 3))?.title, "x3");
    });
  });
}
