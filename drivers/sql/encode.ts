import { encode } from "../../schema/codec.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { Dialect } from "./dialect.ts";

/** A value of a column as it is bound; a whole JSON value is one text. */
export function encodeValue(dialect: Dialect, type: ColumnType, value: unknown): unknown {
  if (value === null) return null;
  return type === "json" ? encode(value) : dialect.bind(type, value);
}

/** A stored row as parameters, in the order of the table's columns. */
export function encodeRow(dialect: Dialect, def: TableDef, row: StoredRow): unknown[] {
  return def.columns.map(({ name, type }) => encodeValue(dialect, type, row[name]));
}
