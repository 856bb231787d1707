import type { LayoutChange } from "./driver.ts";
import { storedColumn, type StoredIndex, type StoredTable, tableOf } from "./layout.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";

/** A change to a table that stays. */
export type TableChange = Exclude<
  LayoutChange,
  { readonly change: "createTable" | "dropTable" }
>;

/** Whether two indexes are over the same columns in the same order. */
export function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function indexOf({ columns, unique }: IndexDef): StoredIndex {
  return { columns: columns.map(({ name }) => name), unique };
}

/** What a stored table is after a change; `id` gives the number of a new column. */
export function changedTable(
  table: StoredTable,
  change: TableChange,
  id: () => number,
): StoredTable {
  switch (change.change) {
    case "renameTable":
      return { ...table, name: change.to.name };
    case "addColumn":
      return { ...table, columns: [...table.columns, storedColumn(change.column, id)] };
    case "dropColumn": {
      const { name } = change.column;
      return { ...table, columns: table.columns.filter((column) => column.name !== name) };
    }
    case "renameColumn": {
      const { to, column: { name } } = change;
      const renamed = (item: string) => item === name ? to : item;
      return {
        ...table,
        columns: table.columns.map((column) => ({ ...column, name: renamed(column.name) })),
        key: table.key.map(renamed),
        indexes: table.indexes.map((index) => ({ ...index, columns: index.columns.map(renamed) })),
      };
    }
    case "createIndex":
      return { ...table, indexes: [...table.indexes, indexOf(change.index)] };
    case "dropIndex": {
      const { columns } = indexOf(change.index);
      const stays = (index: StoredIndex) => !sameColumns(index.columns, columns);
      return { ...table, indexes: table.indexes.filter(stays) };
    }
  }
}

const EMPTY: Record<ColumnDef["type"], unknown> = {
  text: "",
  integer: 0,
  real: 0,
  bigint: 0n,
  boolean: false,
  date: new Date(0),
  bytes: new Uint8Array(),
  json: "",
};

/** What a new column holds until each row has a value of its own. */
export function placeholder({ type, spec }: ColumnDef): unknown {
  return spec.nullable ? null : spec.values ? [...spec.values][0] : EMPTY[type];
}

/** The stored form of a table that another one becomes under a new name. */
export function renamedTable(table: StoredTable, name: string): TableDef {
  return tableOf({ ...table, name });
}
