import type { ColumnType } from "../schema/compare.ts";
import { DataError } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { checkDistinct } from "../schema/names.ts";
import {
  isCore,
  type StoredColumn,
  type StoredIndex,
  type StoredLayout,
  type StoredTable,
  tableOf,
} from "./layout.ts";

const TYPES: readonly unknown[] = [
  "text",
  "integer",
  "real",
  "bigint",
  "boolean",
  "date",
  "bytes",
  "json",
];

function isType(value: unknown): value is ColumnType {
  return TYPES.includes(value);
}

function corrupt(state: string, cause?: unknown): DataError {
  const message = `Cannot read the stored layout as it has one form: ${state}`;
  return new DataError("corrupt", message, cause === undefined ? {} : { cause });
}

function list(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw corrupt(`its ${what} are no list`);
}
function entry(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (isPlainObject(value)) return value;
  throw corrupt(`its ${what} is no object`);
}
function texts(value: unknown, what: string): readonly string[] {
  return list(value, what).map((item) => {
    if (typeof item === "string") return item;
    throw corrupt(`its ${what} are no texts`);
  });
}
function flag(value: unknown, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw corrupt(`its ${what} is no boolean`);
}
function count(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  throw corrupt(`its ${what} is no number from 1`);
}

function readColumn(value: unknown): StoredColumn {
  const { id, name, type, nullable, values } = entry(value, "column");
  if (typeof name !== "string") throw corrupt("a column has no name");
  if (!isType(type)) throw corrupt("a column has an unknown type");
  return {
    id: count(id, "column id"),
    name,
    type,
    nullable: flag(nullable, "nullable"),
    ...(values !== undefined && { values: texts(values, "enum values") }),
  };
}

function readIndex(value: unknown): StoredIndex {
  const { columns, unique } = entry(value, "index");
  return { columns: texts(columns, "index columns"), unique: flag(unique, "unique") };
}

function readTable(value: unknown): StoredTable {
  const { id, name, columns, key, compound, indexes } = entry(value, "table");
  if (typeof name !== "string") throw corrupt("a table has no name");
  return {
    id: count(id, "table id"),
    name,
    columns: list(columns, "columns").map(readColumn),
    key: texts(key, "key"),
    compound: flag(compound, "compound"),
    indexes: list(indexes, "indexes").map(readIndex),
  };
}

/** What names, keys and indexes must be like, by the rules of `table()`. */
function checkRules({ tables, values }: StoredLayout): void {
  try {
    tables.forEach((table) => tableOf(table));
    checkDistinct("table", tables.map(({ name }) => name));
    checkDistinct("value", values.map(({ name }) => name));
  } catch (error) {
    throw corrupt("a table breaks a rule", error);
  }
}

/** Numbers are there once, and a key that is no tuple has one column. */
function checkForm({ tables, values, nextId }: StoredLayout): void {
  const ids = [...values, ...tables, ...tables.flatMap(({ columns }) => columns)]
    .map(({ id }) => id);
  if (new Set(ids).size < ids.length || ids.some((id) => id >= nextId)) {
    throw corrupt("its ids are not there once below the next one");
  }
  if (tables.some(({ key, compound }) => !compound && key.length !== 1)) {
    throw corrupt("a key that is no tuple has one column");
  }
}

/**
 * The layout that `strata_meta` holds; undefined in a new database. Its form is right; whether it keeps
 * the rules of `table()` is not looked at, as what equals a schema does.
 *
 * @throws {DataError} With code `"corrupt"` when it is damaged, `"version"` when its format is newer.
 */
export function parseLayout(meta: ReadonlyMap<string, unknown>): StoredLayout | undefined {
  const value = meta.get("layout");
  if (value === undefined) {
    if (!meta.has("database")) return undefined;
    throw corrupt("it is missing although the database has an id");
  }
  const { format, version, nextId, tables, values } = entry(value, "whole");
  if (format !== 1) {
    if (typeof format === "number" && format > 1) {
      throw new DataError(
        "version",
        "Cannot read the stored layout as its format is 1: it is newer, update the library",
      );
    }
    throw corrupt("its format is unknown");
  }
  const layout: StoredLayout = {
    format,
    version: count(version, "version"),
    nextId: count(nextId, "nextId"),
    tables: list(tables, "tables").map(readTable),
    values: list(values, "values").map(readColumn),
  };
  checkForm(layout);
  return layout;
}

/** {@linkcode parseLayout}, and a layout that breaks a rule is damaged too. */
export function readLayout(meta: ReadonlyMap<string, unknown>): StoredLayout | undefined {
  const layout = parseLayout(meta);
  if (layout) checkRules(layout);
  return layout;
}

/** The number of a table, and those of its columns by name. */
export interface TableIds {
  readonly id: number;
  readonly columns: ReadonlyMap<string, number>;
}
/** The stable numbers of what a layout has, by name. */
export interface LayoutIds {
  readonly tables: ReadonlyMap<string, TableIds>;
  readonly values: ReadonlyMap<string, number>;
}

/** The stable numbers of a layout, the core's own tables left out. */
export function idsOf({ tables, values }: StoredLayout): LayoutIds {
  const numbers = (items: readonly StoredColumn[]) =>
    new Map(items.map(({ name, id }) => [name, id]));
  return {
    tables: new Map(
      tables.filter(({ name }) => !isCore(name))
        .map(({ name, id, columns }) => [name, { id, columns: numbers(columns) }]),
    ),
    values: numbers(values),
  };
}
