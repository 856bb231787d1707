import { assert, assertEquals } from "@std/assert";
import { contains, integer, json, oneOf, query, sum, table, text } from "../../../mod.ts";
import { tableDef } from "../../../schema/table.ts";
import { createTable } from "../../../drivers/sql/layout.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { openSource } from "./source.ts";

Deno.test("createTable() has the user's names, real types, and the key in every index", () => {
  const lines = table("lines", {
    order: text(),
    n: integer(),
    note: text().optional().unique(),
    extra: json<unknown>().optional(),
  }, { primaryKey: ["order", "n"], indexes: [["note", "n"]] });
  assertEquals(createTable(sqlite, tableDef(lines)), [
    'CREATE TABLE "lines" ("order" TEXT NOT NULL, "n" INTEGER NOT NULL, "note" TEXT, ' +
    '"extra" TEXT, PRIMARY KEY ("order", "n")) STRICT',
    'CREATE INDEX "strata_index.lines.note.n" ON "lines" ("note", "n", "order")',
    'CREATE UNIQUE INDEX "strata_unique.lines.note" ON "lines" ("note")',
  ]);
});

Deno.test("createTable() gives indexes names that no other table's have", () => {
  const a = table("a", { id: text().primaryKey(), b_c: text(), c: text() }, { indexes: ["b_c"] });
  const b = table("a_b", { id: text().primaryKey(), c: text(), C_: text() }, {
    indexes: ["c", ["c", "C_"]],
  });
  const c = table("index", { id: text().primaryKey(), c: text() }, { indexes: ["c"] });
  using source = openSource({ tables: [a, b, c] });
  const names = source.shadow.rows("SELECT name FROM sqlite_schema WHERE sql IS NOT NULL", []);
  assertEquals(names.length, 3 + 4);
});

Deno.test("a table and a column may be called as a function, an alias or a CTE is", () => {
  for (const name of ["json_each", "s0", "s1", "c0", "el", "value", "temp", "e1", "count", "w"]) {
    const things = table(name, {
      id: integer().primaryKey(),
      [name]: text().optional(),
      data: json<unknown>().optional(),
    }, { indexes: [name] });
    using source = openSource({ tables: [things] });
    const insert = source.insert as (table: unknown, rows: unknown) => unknown;
    insert.call(source, things, [{ id: 1, [name]: "a", data: { list: ["x"] } }, { id: 2 }]);
    const all = query(things) as never as {
      where(condition: object): never;
      groupBy(paths: string[], aggregates: object): never;
    };
    const many = Array.from({ length: 600 }, (_, i) => i === 5 ? "a" : `${i}`);
    assertEquals(source.count(all.where({ [name]: "a" })), 1);
    assertEquals(source.count(all.where({ [name]: oneOf(many) })), 1);
    assertEquals(source.count(all.where({ "data.list": contains("x") })), 1);
    assertEquals(source.all(all.groupBy([name], { total: sum("id") })), [
      { [name]: null, total: 2 },
      { [name]: "a", total: 1 },
    ]);
    assertEquals(source.shadow.refused, [], name);
    assert(source.shadow.asked.length >= 4);
  }
});
