import { assertEquals } from "@std/assert";
import {
  bigint,
  boolean,
  bytes,
  type Columns,
  date,
  integer,
  json,
  type Migration,
  query,
  real,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { assertDataError, assertFails } from "../../conformance/suite.ts";
import type { Migrations } from "../migrations.ts";

const base = table("things", { id: integer().primaryKey(), name: text() });
const rows = [{ id: 1, name: "a" }, { id: 2, name: "b" }];

function schemaOf(
  columns: Columns,
  run: (m: Migration) => Promise<void>,
): Schema & { readonly table: ReturnType<typeof table> } {
  const after = table("things", { id: integer().primaryKey(), ...columns });
  return { tables: [after], version: 2, migrations: { 2: run }, table: after };
}

/** Columns in migrations. */
export function testColumns({ test }: Migrations): void {
  test("addColumn() fills from the row, by default, or with null", async (place) => {
    await place.with({ tables: [base] }, (db) => db.insert(base, rows));
    const seen: unknown[] = [];
    const schema = schemaOf({
      name: text(),
      upper: text(),
      size: integer(),
      big: bigint(),
      part: real(),
      done: boolean(),
      at: date(),
      raw: bytes(),
      data: json(),
      kind: text(["x", "y"]),
      none: text().optional(),
      some: text().optional(),
    }, async (m) => {
      await m.addColumn("things", "upper", text(), {
        fill: (row) => {
          seen.push({ ...row });
          return String(row.name).toUpperCase();
        },
      });
      await m.addColumn("things", "size", integer().default(3));
      await m.addColumn("things", "big", bigint(), { fill: ({ id }) => BigInt(Number(id)) });
      await m.addColumn("things", "part", real(), { fill: () => 0.5 });
      await m.addColumn("things", "done", boolean(), { fill: ({ id }) => id === 1 });
      await m.addColumn("things", "at", date(), { fill: ({ id }) => new Date(Number(id)) });
      await m.addColumn("things", "raw", bytes(), { fill: () => new Uint8Array([9]) });
      await m.addColumn("things", "data", json(), { fill: ({ id }) => ({ id, at: new Date(0) }) });
      await m.addColumn("things", "kind", text(["x", "y"]), { fill: () => "y" });
      await m.addColumn("things", "none", text().optional());
      await m.addColumn("things", "some", text().optional(), {
        fill: ({ id }) => id === 1 ? "one" : undefined,
      });
    });
    await place.with(schema, async (db) => {
      assertEquals(
        await db.all(query(schema.table)),
        rows.map(({ id, name }) => ({
          id,
          name,
          upper: name.toUpperCase(),
          size: 3,
          big: BigInt(id),
          part: 0.5,
          done: id === 1,
          at: new Date(id),
          raw: new Uint8Array([9]),
          data: { id, at: new Date(0) },
          kind: "y",
          none: null,
          some: id === 1 ? "one" : null,
        })),
      );
    });
    assertEquals(seen, rows);
  });

  test("addColumn() refuses a required column without a value, unless no row is there", async (place) => {
    const schema = schemaOf(
      { name: text(), more: text() },
      (m) => m.addColumn("things", "more", text()),
    );
    await place.with({ tables: [base] }, (db) => db.insert(base, rows));
    await assertFails(() => place.open(schema), TypeError, `"things"."more"`);
    await place.with({ tables: [base] }, (db) => db.deleteAll(base, {}));
    await place.with(schema, (db) => db.insert(schema.table, { id: 1, name: "a", more: "b" }));
  });

  test("addColumn() makes the index of a unique column after it is filled", async (place) => {
    const add = (fill: (id: number) => number) =>
      schemaOf(
        { name: text(), rank: integer().unique() },
        (m) =>
          m.addColumn("things", "rank", integer().unique(), { fill: (r) => fill(Number(r.id)) }),
      );
    await place.with({ tables: [base] }, (db) => db.insert(base, rows));
    await assertDataError(() => place.open(add(() => 1)), {
      code: "constraint",
      rule: "unique",
      table: "things",
      columns: ["rank"],
    });
    const schema = add((id) => id);
    await place.with(schema, async (db) => {
      await assertDataError(() => db.insert(schema.table, { id: 3, name: "c", rank: 2 }), {
        rule: "unique",
      });
    });
  });

  test("addColumn() keeps to the checks of the column", async (place) => {
    await place.with({ tables: [base] }, (db) => db.insert(base, rows));
    const schema = schemaOf(
      { name: text(), n: integer() },
      (m) => m.addColumn("things", "n", integer().check((n) => n < 2), { fill: ({ id }) => id }),
    );
    await assertDataError(() => place.open(schema), { code: "constraint", rule: "check" });
  });

  test("dropColumn() drops a column with its indexes", async (place) => {
    const wide = table("things", {
      id: integer().primaryKey(),
      name: text().unique(),
      size: integer(),
    }, { indexes: [["size", "name"], "size"] });
    await place.with({ tables: [wide] }, (db) => db.insert(wide, { id: 1, name: "a", size: 2 }));
    const after = table("things", { id: integer().primaryKey(), size: integer() }, {
      indexes: ["size"],
    });
    const schema = {
      tables: [after],
      version: 2,
      migrations: { 2: (m: Migration) => m.dropColumn("things", "name") },
    };
    await place.with(schema, async (db) => {
      assertEquals(await db.all(query(after).where({ size: 2 })), [{ id: 1, size: 2 }]);
    });
    // The name is free, and what it held is gone.
    const again = table("things", {
      id: integer().primaryKey(),
      size: integer(),
      name: text().optional(),
    }, { indexes: ["size"] });
    await place.with({ ...schema, tables: [again] }, async (db) => {
      assertEquals(await db.all(query(again)), [{ id: 1, size: 2, name: null }]);
    });
  });

  test("renameColumn() renames in keys and indexes too", async (place) => {
    const before = table("pairs", { a: text(), b: integer(), c: text().unique() }, {
      primaryKey: ["a", "b"],
      indexes: [["c", "b"]],
    });
    const after = table("pairs", { x: text(), b: integer(), C: text().unique() }, {
      primaryKey: ["x", "b"],
      indexes: [["C", "b"]],
    });
    await place.with(
      { tables: [before] },
      (db) => db.insert(before, [{ a: "k", b: 1, c: "c" }, { a: "k", b: 2, c: "d" }]),
    );
    const migrations = {
      2: async (m: Migration) => {
        await m.renameColumn("pairs", "a", "x");
        await m.renameColumn("pairs", "c", "C");
        await m.renameColumn("pairs", "b", "b");
      },
    };
    await place.with({ tables: [after], version: 2, migrations }, async (db) => {
      assertEquals(await db.get(after, ["k", 2]), { x: "k", b: 2, C: "d" });
      assertEquals(await db.all(query(after).where({ C: "c" })), [{ x: "k", b: 1, C: "c" }]);
      await assertDataError(() => db.insert(after, { x: "k", b: 3, C: "c" }), {
        rule: "unique",
        columns: ["C"],
      });
      await assertDataError(() => db.insert(after, { x: "k", b: 2, C: "e" }), { rule: "key" });
    });
  });

  test("a column changes its type through a new one", async (place) => {
    await place.with({ tables: [base] }, (db) => db.insert(base, rows));
    const schema = schemaOf({ name: integer() }, async (m) => {
      await m.addColumn("things", "next", integer(), {
        fill: ({ name }) => String(name).charCodeAt(0),
      });
      await m.dropColumn("things", "name");
      await m.renameColumn("things", "next", "name");
    });
    await place.with(schema, async (db) => {
      assertEquals(await db.all(query(schema.table)), [{ id: 1, name: 97 }, { id: 2, name: 98 }]);
    });
  });

  test("names that engines trip over", async (place) => {
    const names = ["__proto__", "constructor", "order", "a b", 'a"b', "a'b", "é", "\u{1F600}", "1"];
    const columns = Object.fromEntries(names.map((name) => [name, text().optional()]));
    const before = names.map((name) => table(name, { id: integer().primaryKey() }));
    const after = names.map((name) =>
      table(`${name}!`, { id: integer().primaryKey(), ...columns, "z z": text() }, {
        indexes: [names as never],
      })
    );
    await place.with({ tables: before }, async (db) => {
      for (const each of before) await db.insert(each, { id: 1 });
    });
    const migrations = {
      2: async (m: Migration) => {
        for (const name of names) {
          await m.renameTable(name, `${name}!`);
          for (const column of names) {
            await m.addColumn(`${name}!`, column, text().optional(), {
              fill: (row) => `${Object.keys(row).length}`,
            });
          }
          await m.addColumn(`${name}!`, "z", text().default("z").unique());
          await m.renameColumn(`${name}!`, "z", "z z");
          await m.each(`${name}!`, (row) => ({ ...row, ["__proto__"]: "p" }));
        }
      },
    };
    await place.with({ tables: after, version: 2, migrations }, async (db) => {
      for (const each of after) {
        const [row = {}] = await db.all(query(each));
        const values = names.map((name) => Object.getOwnPropertyDescriptor(row, name)?.value);
        assertEquals(values, names.map((name, i) => name === "__proto__" ? "p" : `${i + 1}`));
      }
    });
  });
}
