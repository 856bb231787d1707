import fc from "fast-check";
import type { ColumnType, Row, TableModel } from "../reference/model.ts";
import { columns, type LooseTable, table } from "./api.ts";
import { documentOf, LONG_TEXT, NAMES, pooled, pooledKey } from "./pools.ts";

/**
 * A table as numbers only. They are read round the options there are, so that a spec
 * shrinks by parts and every part stays valid.
 */
export interface TableSpec {
  readonly name: number;
  readonly keys: readonly number[];
  /** Whether a single key is declared on its column; else it's given as a list of one. */
  readonly keyOnColumn: boolean;
  readonly columns: readonly ColumnSpec[];
  readonly rotate: number;
  readonly indexes: readonly { readonly columns: readonly number[]; readonly unique: boolean }[];
  readonly rows: readonly (readonly number[])[];
}

interface ColumnSpec {
  readonly name: number;
  readonly type: number;
  readonly optional: boolean;
  readonly first: number;
  readonly spread: number;
}

const TYPES: readonly ColumnType[] = [
  "integer",
  "text",
  "json",
  "real",
  "boolean",
  "date",
  "bigint",
  "bytes",
];
const KEY_TYPES: readonly ColumnType[] = ["integer", "text", "bigint", "date", "bytes"];

const cells = fc.array(fc.nat({ max: 999_999 }), { minLength: 8, maxLength: 8 });

export const tableSpec: fc.Arbitrary<TableSpec> = fc.record({
  name: fc.nat({ max: NAMES.length - 1 }),
  keys: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }),
  keyOnColumn: fc.boolean(),
  columns: fc.array(
    fc.record({
      name: fc.nat({ max: NAMES.length - 1 }),
      type: fc.nat({ max: TYPES.length - 1 }),
      optional: fc.boolean(),
      first: fc.nat({ max: 6 }),
      spread: fc.integer({ min: 1, max: 6 }),
    }),
    { minLength: 0, maxLength: 7 },
  ),
  rotate: fc.nat({ max: 7 }),
  indexes: fc.array(
    fc.record({
      columns: fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 3 }),
      unique: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  rows: fc.noBias(fc.array(cells, { maxLength: 20, size: "max" })),
});

export interface ColumnModel {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional: boolean;
  readonly key: boolean;
  readonly indexed: boolean;
  readonly first: number;
  readonly spread: number;
  readonly shift: number;
}

/** A table that exists: as the code under test knows it, and as the reference does. */
export interface BuiltTable {
  readonly table: LooseTable;
  readonly model: TableModel;
  readonly columns: readonly ColumnModel[];
  readonly compoundKey: boolean;
  readonly indexes: readonly { readonly columns: readonly string[]; readonly unique: boolean }[];
  /** Sets of columns whose values no two rows share, the key first. */
  readonly uniques: readonly (readonly string[])[];
}

export function buildTables(specs: readonly TableSpec[], shift: number): BuiltTable[] {
  const taken = new Set<string>();
  return specs.map((spec) => buildTable(freeName(spec.name, taken), spec, shift));
}

/** The name at `index`, or the next that isn't taken; it is taken then. */
export function freeName(index: number, taken: Set<string>): string {
  for (let i = 0;; i++) {
    const name = i < NAMES.length ? NAMES[(index + i) % NAMES.length]! : `n${i}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function buildTable(name: string, spec: TableSpec, shift: number): BuiltTable {
  const taken = new Set<string>();
  const keyed = spec.keys.map((type, i) => ({
    name: freeName(i, taken),
    type: KEY_TYPES[type]!,
    optional: false,
    key: true,
    first: 0,
    spread: 1,
  }));
  const others = spec.columns.slice(0, 8 - keyed.length).map((column) => ({
    ...column,
    name: freeName(column.name, taken),
    type: TYPES[column.type]!,
    key: false,
  }));
  const declared = [...keyed, ...others];
  const at = spec.rotate % declared.length;
  const all = [...declared.slice(at), ...declared.slice(0, at)];
  const indexes = spec.indexes
    .map((index) => ({ ...index, columns: indexColumns(index.columns, all) }))
    .filter((index) => index.columns.length > 0);
  const indexed = new Set(indexes.flatMap((index) => index.columns));
  const primaryKey = keyed.map((column) => column.name);
  const compoundKey = keyed.length > 1 || !spec.keyOnColumn;
  return {
    table: table(
      name,
      Object.fromEntries(all.map((column) => [column.name, declare(column, compoundKey)])),
      { indexes: indexes.map(indexOption), ...compoundKey ? { primaryKey } : {} },
    ),
    model: { name, columns: all.map(({ name, type }) => [name, type]), primaryKey },
    columns: all.map((column) => ({ ...column, indexed: indexed.has(column.name), shift })),
    compoundKey,
    indexes,
    uniques: [primaryKey, ...indexes.filter(({ unique }) => unique).map(({ columns }) => columns)],
  };
}

function declare(
  { type, optional, key }: { type: ColumnType; optional: boolean; key: boolean },
  compoundKey: boolean,
): unknown {
  const column = columns[type]!();
  if (key) return compoundKey ? column : column.primaryKey();
  return optional ? column.optional() : column;
}

/** Different columns, none of them JSON. */
function indexColumns(
  picks: readonly number[],
  all: readonly { readonly name: string; readonly type: ColumnType }[],
): string[] {
  const picked = picks.map((pick) => all[pick % all.length]!).filter(({ type }) => type !== "json");
  return [...new Set(picked.map(({ name }) => name))];
}

/** An index in each of the three forms that `table()` takes. */
function indexOption(index: { columns: readonly string[]; unique: boolean }): unknown {
  if (index.unique) return index;
  return index.columns.length === 1 ? index.columns[0] : index.columns;
}

/** The value of a column that `cell` stands for, as the reference keeps it. */
export function cellValue(column: ColumnModel, cell: number): unknown {
  if (column.optional && cell % 5 === 0) return null;
  if (column.type === "json") return documentOf(cell) ?? (column.optional ? null : 0);
  if (column.type === "text" && !column.key && !column.indexed && cell % 41 === 40) {
    return LONG_TEXT;
  }
  if (column.key) return pooledKey(column.type, cell, column.shift);
  return pooled(column.type, column.first + (cell % column.spread), column.shift);
}

export function rowOf(built: BuiltTable, cells: readonly number[]): Row {
  const row: Row = Object.create(null);
  built.columns.forEach((column, i) => row[column.name] = cellValue(column, cells[i]!));
  return row;
}
