import type { Ast } from "../query/ast.ts";
import type { TableDef } from "../schema/table.ts";
import { isPlainObject } from "../schema/json_value.ts";

/** Rows by the table that they are of. */
export type RowsByTable = Map<TableDef, unknown[]>;

/**
 * Collects the rows of tables that are whole in the rows of a query: its own, joined and included ones. Those of
 * groups and of `select` are none.
 */
export function collectWholeRows(ast: Ast, rows: readonly unknown[], into: RowsByTable): void {
  if (ast.select || ast.steps.some(({ kind }) => kind === "group")) return;
  for (const row of rows) {
    if (!isPlainObject(row)) continue;
    addRow(ast.table, row, into);
    for (const step of ast.steps) {
      if (step.kind === "join") {
        const joined = row[step.as];
        if (isPlainObject(joined)) addRow(step.table, joined, into);
      } else if (step.kind === "include") {
        const children = row[step.as];
        if (Array.isArray(children)) collectWholeRows(step.query, children, into);
      }
    }
  }
}

/** The columns of a row, without what was joined to it. */
export function addRow(
  table: TableDef,
  row: Readonly<Record<string, unknown>>,
  into: RowsByTable,
): void {
  const list = into.get(table) ?? [];
  into.set(table, list);
  // Entries keep a column of any name.
  list.push(Object.fromEntries(
    table.columns.flatMap(({ name }) => Object.hasOwn(row, name) ? [[name, row[name]]] : []),
  ));
}
