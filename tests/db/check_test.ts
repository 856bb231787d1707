import { assertEquals } from "@std/assert";
import { differences } from "../../db/check.ts";
import { bigint, boolean, bytes, date, integer, json, real, table, text } from "../../mod.ts";
import { tableDef } from "../../schema/table.ts";
import { FakeSetup, setupFor } from "./fake_setup.ts";

const all = table("all", {
  id: text().primaryKey(),
  t: text(["a"]),
  i: integer().optional(),
  n: bigint(),
  r: real(),
  b: boolean(),
  d: date(),
  y: bytes(),
  j: json(),
}, { indexes: [["i", "n"], { columns: ["t", "b"], unique: true }] });

Deno.test("differences() finds none in tables that were made by the schema", async () => {
  const layout = new FakeSetup();
  await setupFor({ tables: [all] }).setup(layout);
  assertEquals(differences("memory", [tableDef(all)], layout.tables()), []);
});

Deno.test("differences() takes types by affinity on SQLite and by name elsewhere", () => {
  const of = (column: Parameters<typeof table>[1][string]) =>
    tableDef(table("x", { id: integer().primaryKey(), v: column }));
  const problems = (driver: string, def: ReturnType<typeof of>, type: string, key = "INTEGER") =>
    differences(driver, [def], [{
      name: "x",
      columns: [{ name: "id", type: key, nullable: true, key: 1 }, {
        name: "v",
        type,
        nullable: false,
        key: 0,
      }],
      indexes: [],
    }]).length;
  const cases = [
    [text(), ["TEXT", "VARCHAR(9)", "NCHAR(1)", "clob", "DATETIME", "", "BLOB"], [
      "INTEGER",
      "REAL",
      "NUMERIC",
      "DECIMAL(3)",
    ]],
    [integer(), ["INT", "BIGINT", "UNSIGNED BIG INT", "NUMERIC", "BOOLEAN"], [
      "TEXT",
      "REAL",
      "BLOB",
    ]],
    [bigint(), ["INTEGER"], ["TEXT"]],
    [boolean(), ["BOOLEAN", "TINYINT"], ["TEXT"]],
    [date(), ["INTEGER", "DATETIME"], ["TEXT", "VARCHAR(10)"]],
    [real(), ["REAL", "DOUBLE PRECISION", "FLOAT", "NUMERIC(10,2)"], ["INTEGER", "TEXT"]],
    [bytes(), ["BLOB", ""], ["TEXT", "INTEGER"]],
    [json(), ["TEXT", "JSON TEXT"], ["INTEGER", "JSON"]],
  ] as const;
  for (const [column, right, wrong] of cases) {
    const def = of(column);
    for (const type of right) assertEquals(problems("sqlite", def, type), 0, `${type}`);
    for (const type of wrong) assertEquals(problems("sqlite", def, type), 1, `${type}`);
    const own = def.column("v").type;
    assertEquals(problems("memory", def, own, "integer"), 0);
    assertEquals(problems("memory", def, "other", "integer"), 1);
  }
});
