import { DataError, quote } from "../schema/errors.ts";
import { ColumnDef, type TableDef, tableDef } from "../schema/table.ts";
import type { LayoutChange } from "./driver.ts";
import { isCore, layoutOf, type StoredTable, storedTable, tableOf } from "./layout.ts";
import { changedTable, placeholder, sameColumns, type TableChange } from "./layout_change.ts";
import { readLayout } from "./layout_read.ts";

/** What a driver does to have tables of the core's own: all of it is one step. */
export interface Creation {
  /** To be made in this order. */
  readonly changes: readonly LayoutChange[];
  /** What `strata_meta` holds then. */
  readonly meta: readonly (readonly [key: string, value: unknown])[];
}

/**
 * What `DriverSession.create` has to change so that tables of the core's own are there, by what
 * `strata_meta` holds; undefined where nothing is missing. Nothing is changed by it.
 *
 * Columns and indexes that a table lacks are added. A column that is new is optional or has a default that
 * is a value.
 *
 * @throws {DataError} With code `"version"` when a table has columns that are not known, or another key:
 * a later version made it.
 */
export function creationOf(
  meta: ReadonlyMap<string, unknown>,
  tables: readonly TableDef[],
): Creation | undefined {
  let layout = readLayout(meta) ?? layoutOf([], [], 1);
  const changes: LayoutChange[] = [];
  const id = () => {
    const { nextId } = layout;
    layout = { ...layout, nextId: nextId + 1 };
    return nextId;
  };
  for (const def of tables) {
    const stored = layout.tables.find(({ name }) => name === def.name);
    if (!stored) {
      changes.push({ change: "createTable", table: def });
      const made = storedTable(def, id);
      layout = { ...layout, tables: [...layout.tables, made] };
      continue;
    }
    checkKnown(stored, def);
    let now = stored;
    for (const change of missing(stored, def)) {
      changes.push(change);
      now = changedTable(now, change, id);
    }
    layout = { ...layout, tables: layout.tables.map((table) => table === stored ? now : table) };
  }
  return changes.length > 0 ? { changes, meta: [["layout", layout]] } : undefined;
}

/**
 * The definitions of tables that are the core's own.
 *
 * @throws {TypeError} When the name of one does not begin with `strata_`.
 */
export function checkOwn(tables: readonly unknown[]): TableDef[] {
  return tables.map((table) => {
    const def = tableDef(table);
    if (isCore(def.name)) return def;
    throw new TypeError(
      `Cannot make the table ${quote(def.name)} as it is the core's own: its name says it is not`,
    );
  });
}

/** @throws {DataError} With code `"version"` when a table has what its definition does not know. */
function checkKnown(stored: StoredTable, def: TableDef): void {
  const known = ({ name, type, nullable }: StoredTable["columns"][number]): boolean => {
    const column = def.byName.get(name);
    return column?.type === type && (column.spec.nullable === true) === nullable;
  };
  const key = def.key.map(({ name }) => name);
  if (sameColumns(stored.key, key) && stored.columns.every(known)) return;
  throw new DataError(
    "version",
    `Cannot use the table ${quote(def.name)} as this program knows it: another version made it`,
    { table: def.name },
  );
}

/** The changes that bring a table to its definition, each to be made on what the one before gives. */
function* missing(stored: StoredTable, def: TableDef): Generator<TableChange, void, undefined> {
  let now = stored;
  for (const column of def.columns) {
    if (now.columns.some(({ name }) => name === column.name)) continue;
    const { spec } = column;
    const value = typeof spec.default === "function" ? undefined : spec.default;
    const change: TableChange = {
      ...{ change: "addColumn", table: tableOf(now) },
      column: new ColumnDef(def.name, column.name, spec, now.columns.length),
      value: value ?? placeholder(column),
    };
    yield change;
    now = changedTable(now, change, () => 0);
  }
  for (const index of def.indexes) {
    const columns = index.columns.map(({ name }) => name);
    if (now.indexes.some((item) => sameColumns(item.columns, columns))) continue;
    const change: TableChange = { change: "createIndex", table: tableOf(now), index };
    yield change;
    now = changedTable(now, change, () => 0);
  }
}
