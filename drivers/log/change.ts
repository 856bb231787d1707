import { quote } from "../../schema/errors.ts";
import { keyIn } from "../../schema/key.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { TableData } from "../../engine/mod.ts";
import type { FoundTable, LayoutChange } from "../../db/driver.ts";
import { isCore, storedTable, tableOf } from "../../db/layout.ts";
import { changedTable } from "../../db/layout_change.ts";

/**
 * Changes the layout of tables in memory. A table that changes is made anew and takes the place of the old
 * one in `tables`; the old one, and its rows, stay as they are.
 */
export function changeTables(tables: Map<string, TableData>, change: LayoutChange): void {
  const { name } = change.table;
  if (change.change === "createTable") {
    tables.set(name, new TableData(change.table));
    return;
  }
  const data = tables.get(name);
  if (!data) throw new Error(`Cannot change ${quote(name)} as it was created: it is not there`);
  tables.delete(name);
  if (change.change === "dropTable") return;
  // The numbers are in the stored layout.
  const def = tableOf(changedTable(storedTable(data.def, () => 0), change, () => 0));
  tables.set(def.name, rebuilt(data, def, changedRow(def, change)));
}

/** What becomes of each row, in the order of the new columns. */
function changedRow(def: TableDef, change: LayoutChange): (row: StoredRow) => StoredRow {
  const names = def.columns.map(({ name }) => name);
  const make = (valueOf: (row: StoredRow, name: string) => unknown) => (row: StoredRow) => {
    const next: DraftRow = { ...def.template };
    for (const name of names) next[name] = valueOf(row, name) ?? null;
    return next;
  };
  switch (change.change) {
    case "addColumn": {
      const { value, column } = change;
      return make((row, name) => name === column.name ? value : row[name]);
    }
    case "renameColumn": {
      const { to, column } = change;
      return make((row, name) => row[name === to ? column.name : name]);
    }
    case "dropColumn":
      return make((row, name) => row[name]);
    default:
      return (row) => row;
  }
}

function rebuilt(data: TableData, def: TableDef, next: (row: StoredRow) => StoredRow): TableData {
  const own = new TableData(def);
  data.each((row) => {
    const changed = next(row);
    own.add(keyIn(def.key, changed), changed);
    return true;
  });
  return own;
}

/** What tables in memory look like from outside: their types are ours. The core's own are left out. */
export function foundTables(tables: ReadonlyMap<string, TableData>): FoundTable[] {
  return Array.from(tables.values(), ({ def }) => ({
    name: def.name,
    columns: def.columns.map((column) => ({
      name: column.name,
      type: column.type,
      nullable: column.spec.nullable === true,
      key: def.key.indexOf(column) + 1,
    })),
    indexes: def.indexes.map(({ name, columns, unique }) => ({
      name,
      columns: columns.map((column) => column.name),
      unique,
    })),
  })).filter(({ name }) => !isCore(name));
}
