import { DataError, quote } from "../schema/errors.ts";
import type { TableDef } from "../schema/table.ts";
import type { Setup } from "./driver.ts";
import { isCore } from "./layout.ts";

/**
 * Looks whether tables that others made are those of a schema, by their exact names, and alters nothing.
 * What else differs is for `Database.check` to tell.
 *
 * @throws {DataError} With code `"version"` when a table or column is missing.
 */
export async function adoptTables(setup: Setup, tables: readonly TableDef[]): Promise<void> {
  const found = new Map((await setup.tables()).map((table) => [table.name, table]));
  for (const { name, columns } of tables) {
    if (isCore(name)) continue;
    const there = found.get(name);
    if (!there) throw missing(name, undefined);
    const names = new Set(there.columns.map((column) => column.name));
    for (const column of columns) if (!names.has(column.name)) throw missing(name, column.name);
  }
}

function missing(table: string, column: string | undefined): DataError {
  const [place, what] = column === undefined
    ? [quote(table), "table"]
    : [`${quote(table)}.${quote(column)}`, "column"];
  return new DataError(
    "version",
    `Cannot adopt ${place} as what the schema has is there under the same name: no such ${what}`,
    { table, ...(column !== undefined && { columns: [column] }) },
  );
}
