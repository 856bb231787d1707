import { compareBytes, keyBytes, type KeyType, prefixEnd } from "../../schema/key_bytes.ts";
import { mapKey } from "../../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { IndexRange } from "../../engine/access.ts";
import { corrupt } from "../log/record.ts";
import type { KeptTable } from "./catalog.ts";

/** Bytes of keys. */
export type Key = Uint8Array<ArrayBuffer>;

/** Keys from one on up to before another. */
export interface Span {
  readonly from: Key;
  readonly to: Key;
}

const ID_BYTES = 4;

/** The bytes of the id of a table or index, with which all of its keys begin. */
export function idBytes(id: number): Key {
  const bytes = new Uint8Array(ID_BYTES);
  new DataView(bytes.buffer).setUint32(0, id);
  return bytes;
}

/** An id, then the bytes of a key. */
function prefixed(id: number, key: Uint8Array): Key {
  const bytes = new Uint8Array(ID_BYTES + key.length);
  new DataView(bytes.buffer).setUint32(0, id);
  bytes.set(key, ID_BYTES);
  return bytes;
}

function typesOf(columns: readonly ColumnDef[]): KeyType[] {
  return columns.map(({ type }) => type as KeyType); // none of a key or index is json
}

/** The key of an index entry, or of a row where there is no index, that begins with some values. */
export function keyOfValues(
  id: number,
  columns: readonly ColumnDef[],
  values: readonly unknown[],
): Key {
  return prefixed(id, keyBytes(values, typesOf(columns)));
}

/** The id of an index of a table; of the table itself without one. */
export function idOf(kept: KeptTable, index: IndexDef | undefined): number {
  if (!index) return kept.id;
  const found = kept.indexes.find(({ columns }) =>
    columns.length === index.columns.length &&
    columns.every((name, i) => name === index.columns[i]?.name)
  );
  if (found) return found.id;
  throw corrupt("an index is not in the list of its tables");
}

/** The key of a row in the table, or its entry in an index. */
export function keyOfRow(
  def: TableDef,
  kept: KeptTable,
  row: StoredRow,
  index?: IndexDef,
): Key {
  const columns = index ? def.withKey(index.columns) : def.key;
  return keyOfValues(idOf(kept, index), columns, columns.map(({ name }) => row[name]));
}

/** All keys that begin with some bytes. */
export function spanOf(prefix: Key): Span {
  // Ids are far from 0xFFFFFFFF, so something always comes after.
  return { from: prefix, to: prefixEnd(prefix) ?? prefix };
}

/** The keys of an index range, one span after the other in ascending order of its list. */
export function spansOf(kept: KeptTable, range: IndexRange): Span[] {
  const { index, columns, equal, list, low, high } = range;
  const id = idOf(kept, index);
  const values = equal.map((value) => value());
  const key = (...more: unknown[]) => keyOfValues(id, columns, [...values, ...more]);
  if (list) {
    const each = new Map(list.map((value) => [mapKey(value), value]));
    return Array.from(each.values(), (value) => spanOf(key(value)))
      .sort((a, b) => compareBytes(a.from, b.from));
  }
  const first = low?.value();
  const last = high?.value();
  if (first === null || last === null) return []; // a range with null holds nothing
  const all = spanOf(key());
  const past = (value: unknown) => spanOf(key(value)).to;
  // Without a lower end a range begins after the nulls.
  const from = low ? (low.inclusive ? key(first) : past(first)) : high ? past(null) : all.from;
  const to = high ? (high.inclusive ? past(last) : key(last)) : all.to;
  return compareBytes(from, to) < 0 ? [{ from, to }] : [];
}

/** A span as IndexedDB takes it; undefined for an empty one. */
export function keyRange({ from, to }: Span, open = false): IDBKeyRange | undefined {
  const order = compareBytes(from, to);
  return order < 0 ? IDBKeyRange.bound(from, to, open, true) : undefined;
}
