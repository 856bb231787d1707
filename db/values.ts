import { json, text } from "../schema/column.ts";
import { quote } from "../schema/errors.ts";
import { acceptValue } from "../schema/row.ts";
import type { SchemaDef } from "../schema/open.ts";
import { type ColumnDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { ask, write } from "./works.ts";
import type { Work } from "./driver.ts";

/** The table of the named values: one row for each that was set. */
export function valuesTable(): TableDef {
  const columns = { name: text().primaryKey(), data: json<unknown>().optional() };
  return new TableDef("strata_values", columns, {});
}

/** What values are before they are set. */
export function presetValues(schema: SchemaDef): Map<string, unknown> {
  const presets = new Map<string, unknown>();
  for (const [name, column] of schema.values) {
    const { spec } = column;
    const preset: unknown = typeof spec.default === "function" ? spec.default() : spec.default;
    presets.set(name, preset === undefined ? null : acceptValue(column, preset));
  }
  return presets;
}

/** @throws {TypeError} When the schema has no value of that name. */
export function valueColumn(schema: SchemaDef, name: string): ColumnDef {
  const column = schema.values.get(name);
  if (column) return column;
  throw new TypeError(
    `Cannot use the value ${quote(String(name))} as the schema names its values: it is not there`,
  );
}

/** A value from its row. */
export function valueOf(row: StoredRow | undefined, preset: unknown): unknown {
  return row ? row["data"] ?? null : preset;
}

/** Sets a value. */
export function setValueWork(
  schema: SchemaDef,
  table: TableDef,
  name: string,
  value: unknown,
): () => Work<void> {
  const column = valueColumn(schema, name);
  if (value === undefined) {
    throw new TypeError(
      `Cannot set the value ${quote(name)} as undefined is no value: got undefined`,
    );
  }
  const row = { name, data: acceptValue(column, value) };
  return function* () {
    const [before] = yield* ask({ ask: "keys", table, keys: [[name]] });
    const columns = ["data"];
    yield* write([
      before
        ? { table, kind: "update", columns, before: [before], after: [row] }
        : { table, kind: "insert", columns: ["name", "data"], before: [], after: [row] },
    ]);
  };
}
