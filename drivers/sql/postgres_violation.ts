import { DataError, type DataErrorRule } from "../../schema/errors.ts";
import type { TableDef } from "../../schema/table.ts";
import { taken } from "../../engine/write.ts";
import type { Dialect } from "./dialect.ts";
import { dataError, type Failure } from "./failure.ts";
import type { PostgresTable } from "./postgres_describe.ts";

const RULES: Record<string, DataErrorRule> = {
  "23502": "null",
  "23503": "reference",
  "23505": "unique",
  "23514": "check",
};

/** What an error of a client has under one of some names. */
function said(error: unknown, ...names: readonly string[]): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  for (const name of names) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === "string") return value;
  }
  return undefined;
}

/** The columns of an index that others made. */
function columnsOf(
  index: string,
  def: TableDef,
  found: ReadonlyMap<string, PostgresTable>,
): readonly string[] {
  const table = found.get(def.name);
  if (table?.keyIndex === index) return def.key.map(({ name }) => name);
  return table?.indexes.find(({ name }) => name === index)?.columns ?? [];
}

/** The error of a broken rule of one of some tables; `found` are those that others made. */
export function postgresViolation(
  failure: Failure,
  tables: readonly TableDef[],
  dialect: Dialect,
  found: ReadonlyMap<string, PostgresTable>,
): unknown {
  const { cause } = failure;
  const state = said(cause, "code") ?? "";
  const index = said(cause, "constraint_name", "constraint") ?? "";
  const name = said(cause, "table_name", "table");
  const def = tables.find((table) => table.name === name) ?? tables[0];
  if (!def) return failure;
  if (state === "23505") {
    if (dialect.primaryKey(def, "").includes(` ${dialect.quote(index)} `)) {
      return taken(def, undefined);
    }
    const own = def.indexes.find((item) => dialect.indexName(def, item) === index);
    if (own) return taken(def, own);
    const columns = columnsOf(index, def, found);
    const same = (list: readonly { readonly name: string }[]) =>
      list.length === columns.length && list.every((column) => columns.includes(column.name));
    if (same(def.key)) return taken(def, undefined);
    const other = def.indexes.find((item) => item.unique && same(item.columns));
    if (other) return taken(def, other);
  }
  const general = dataError(failure);
  if (!(general instanceof DataError)) return general;
  const rule = RULES[state];
  const column = said(cause, "column_name", "column");
  return new DataError("constraint", general.message, {
    ...{ table: def.name, cause },
    ...(column !== undefined && { columns: [column] }),
    ...(rule && { rule }),
  });
}
