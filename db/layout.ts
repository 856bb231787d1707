/**
 * The stored layout: what tables, columns and values a database has, as plain data that the codec keeps.
 *
 * It lies in `strata_meta` under `"layout"`. Tables, columns and values have numbers that stay when they
 * are renamed and are never given again.
 *
 * @module
 */
import { ColumnBuilder } from "../schema/column.ts";
import type { ColumnType } from "../schema/compare.ts";
import { type ColumnDef, TableDef } from "../schema/table.ts";
import type { AnyColumn } from "../schema/types.ts";

/** A column as it is stored. */
export interface StoredColumn {
  readonly id: number;
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The values of an enum. */
  readonly values?: readonly string[];
}
/** An index as it is stored; the primary key is appended where it is ordered. */
export interface StoredIndex {
  readonly columns: readonly string[];
  readonly unique: boolean;
}
/** A table as it is stored. */
export interface StoredTable {
  readonly id: number;
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  readonly key: readonly string[];
  /** Whether users give the key as a tuple. */
  readonly compound: boolean;
  readonly indexes: readonly StoredIndex[];
}
/** All of it. */
export interface StoredLayout {
  readonly format: 1;
  /** The schema's. */
  readonly version: number;
  /** The next number that nothing has had. */
  readonly nextId: number;
  /** The tables of the user and, with names that begin with `strata_`, the core's own. */
  readonly tables: readonly StoredTable[];
  readonly values: readonly StoredColumn[];
}

/** Whether a table is one of the core's own, which no migration sees. */
export function isCore(name: string): boolean {
  return name.startsWith("strata_");
}

/** A column as it is stored under the number that `id` gives. */
export function storedColumn({ name, type, spec }: ColumnDef, id: () => number): StoredColumn {
  const values = spec.values && Array.from(spec.values, String);
  return { id: id(), name, type, nullable: spec.nullable === true, ...(values && { values }) };
}

/** A table as it is stored under the numbers that `id` gives. */
export function storedTable(def: TableDef, id: () => number): StoredTable {
  return {
    id: id(),
    name: def.name,
    columns: def.columns.map((column) => storedColumn(column, id)),
    key: def.key.map(({ name }) => name),
    compound: def.compound,
    indexes: def.indexes.map(({ columns, unique }) => ({
      columns: columns.map(({ name }) => name),
      unique,
    })),
  };
}

/** The layout of a new database. */
export function layoutOf(
  tables: readonly TableDef[],
  values: Iterable<ColumnDef>,
  version: number,
): StoredLayout {
  let nextId = 1;
  const id = () => nextId++;
  const stored = {
    format: 1,
    version,
    tables: tables.map((def) => storedTable(def, id)),
    values: Array.from(values, (column) => storedColumn(column, id)),
  } as const;
  return { ...stored, nextId };
}

/** What a column was declared with, as far as it is stored. */
function builderOf({ type, nullable, values }: StoredColumn, key: boolean): AnyColumn {
  const builder = new ColumnBuilder({
    type,
    ...(nullable && { nullable }),
    ...(values && { values: new Set(values) }),
    ...(key && { key }),
  });
  // The builder has all the methods; the types it carries are phantom.
  return builder as unknown as AnyColumn;
}

/**
 * A stored table to read and write by: without defaults, checks and validators. `more` are columns that it
 * gets beside those it has.
 *
 * @throws {TypeError} When it breaks a rule of `table()`.
 */
export function tableOf(table: StoredTable, more: Record<string, AnyColumn> = {}): TableDef {
  const single = table.compound ? undefined : table.key[0];
  const columns = table.columns.map((column) =>
    [column.name, builderOf(column, column.name === single)] as const
  );
  const def = new TableDef(table.name, Object.fromEntries([...columns, ...Object.entries(more)]), {
    ...(table.compound && { primaryKey: table.key }),
    indexes: table.indexes,
  });
  // Nobody remembers what the text of the rows that are there has held.
  for (const column of def.columns) column.astral = true;
  return def;
}

/** What is compared: names, types, keys, indexes, in an order of their own, without numbers. */
function shape({ name, columns, key, compound, indexes }: StoredTable): unknown {
  const byText = (list: readonly unknown[]) => list.map((item) => JSON.stringify(item)).sort();
  return [
    name,
    byText(columns.map(({ name, type, nullable, values }) => [
      name,
      type,
      nullable,
      values ? [...values].sort() : null,
    ])),
    key,
    compound,
    byText(indexes.map(({ columns, unique }) => [columns, unique])),
  ];
}

/**
 * A text that is equal for layouts that hold the same: the order of tables and columns does not count.
 * Of the core's tables and of the values it has those that `wanted` has, since others may stay.
 */
export function layoutText(layout: StoredLayout, wanted: StoredLayout): string {
  const core = new Set(wanted.tables.map(({ name }) => name).filter(isCore));
  const values = new Set(wanted.values.map(({ name }) => name));
  const tables = layout.tables.filter(({ name }) => !isCore(name) || core.has(name));
  const columns = layout.values.filter(({ name }) => values.has(name));
  return JSON.stringify([
    layout.version,
    tables.map(shape).map((item) => JSON.stringify(item)).sort(),
    shape({ id: 0, name: "", columns, key: [], compound: false, indexes: [] }),
  ]);
}
