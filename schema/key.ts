import { kindOf, placeName } from "./accept.ts";
import { quote } from "./errors.ts";
import { utf8Length } from "./names.ts";
import type { ColumnDef, TableDef } from "./table.ts";

/** A key as a Map takes it: equal values are equal keys. */
export type MapKey = string | number | bigint | boolean | null;

/** The most bytes that the columns of a key or index may have in a row, primary key appended. */
const MAX_KEY_BYTES = 2000;

/** One value as a Map key; values of one column type never mix with another's. */
export function mapKey(value: unknown): MapKey {
  if (typeof value !== "object" || value === null) {
    // A column value that is no object is one of the scalars of MapKey.
    return value as MapKey;
  }
  if (value instanceof Date) return value.getTime();
  return value instanceof Uint8Array ? byteString(value) : String(value);
}

/** One unit a byte; longer than an argument list may be, so in parts. */
function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return text;
}

/**
 * Several values as one string: no text holds U+0000, so it parts them, and each has a mark of its
 * type, since values of JSON mix. Bytes may hold it and have their length.
 */
export function tupleKey(values: readonly unknown[]): string {
  let key = "";
  for (const value of values) {
    key += value === null
      ? "\0"
      : typeof value === "string"
      ? `\0=${value}`
      : value instanceof Uint8Array
      ? `\0b${value.length}:${byteString(value)}`
      : `\0${(typeof value)[0]}${mapKey(value)}`;
  }
  return key;
}

/** The values of a key or unique columns as a Map key. */
export function mapKeyOf(values: readonly unknown[]): MapKey {
  return values.length === 1 ? mapKey(values[0]) : tupleKey(values);
}

/** The values of `columns` in `row` as a Map key. */
export function keyIn(
  columns: readonly ColumnDef[],
  row: Readonly<Record<string, unknown>>,
): MapKey {
  const [only] = columns;
  return columns.length === 1 && only
    ? mapKey(row[only.name])
    : tupleKey(columns.map((column) => row[column.name]));
}

/** The key of a row as users see it: a value, or a tuple if the key is compound. */
export function keyOf(def: TableDef, row: Readonly<Record<string, unknown>>): unknown {
  const [first] = def.key;
  return !def.compound && first ? row[first.name] : def.key.map(({ name }) => row[name]);
}

/**
 * The values of a key that a user gave, in the order of the key's columns.
 *
 * @throws {TypeError} When it has the wrong shape or type.
 * @throws {RangeError} When a value is one that no row can have.
 */
export function keyValues(def: TableDef, key: unknown): readonly unknown[] {
  const [only] = def.key;
  // As below, for the most frequent kind.
  if (only && !def.compound && typeof key === "string") return [only.accept(key, only)];
  const values: readonly unknown[] = def.compound && Array.isArray(key) ? key : [key];
  if (values.length !== def.key.length || def.compound && !Array.isArray(key)) {
    throw new TypeError(
      `Cannot take a key of ${quote(def.name)} as it has ${def.key.length} parts: got ${
        kindOf(key)
      }`,
    );
  }
  return def.key.map((column, i) => {
    const value = values[i];
    if (value === null || value === undefined) {
      throw new TypeError(`Cannot take ${placeName(column)} as a key is never null: got ${value}`);
    }
    return column.accept(value, column);
  });
}

/** A key that a user gave as a Map key; see {@linkcode keyValues} for the errors. */
export function userKey(def: TableDef, key: unknown): MapKey {
  const [only] = def.key;
  if (!def.compound && only) {
    if (typeof key === "string" && only.type === "text") return key;
    if (typeof key === "number" && only.type === "integer" && Number.isSafeInteger(key)) return key;
  }
  const values = keyValues(def, key);
  return mapKeyOf(values);
}

/**
 * Refuses a row whose key or index entry is too long for some engine.
 *
 * @throws {RangeError} When the columns of the key, a unique set or an index, primary key
 * appended, have over 2,000 bytes: text as UTF-8, bytes, 8 for any other value.
 */
export function checkSizes(def: TableDef, row: Readonly<Record<string, unknown>>): void {
  for (const set of def.sized) {
    let most = 0;
    for (const { name } of set) most += length(row[name]) * 3;
    if (
      most > MAX_KEY_BYTES &&
      set.reduce((sum, { name }) => sum + size(row[name]), 0) > MAX_KEY_BYTES
    ) {
      throw new RangeError(
        `Cannot write ${quote(def.name)} (${
          set.map(({ name }) => quote(name)).join(", ")
        }) as a key or ` +
          `index entry has at most ${MAX_KEY_BYTES} bytes: it is longer`,
      );
    }
  }
}

function length(value: unknown): number {
  return typeof value === "string" || value instanceof Uint8Array ? value.length : 8;
}

function size(value: unknown): number {
  return typeof value === "string"
    ? utf8Length(value)
    : value instanceof Uint8Array
    ? value.length
    : value === null
    ? 0
    : 8;
}
