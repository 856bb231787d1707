import { decode, encode } from "../../schema/codec.ts";
import { noteText } from "../../schema/row.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { crc32 } from "../log/crc32.ts";
import { corrupt } from "../log/record.ts";
import type { KeptCell, KeptTable } from "./catalog.ts";
import { keyOfRow } from "./row_keys.ts";

/** A row as it is stored. */
export interface RowRecord {
  /** Its entries in the indexes. */
  readonly x: readonly Uint8Array[];
  /** Its cells; of bytes their place in `b`. */
  readonly t: string;
  readonly b: readonly Uint8Array[];
  readonly c: number;
}

const encoder = /* @__PURE__ */ new TextEncoder();

function checksum({ x, t, b }: Omit<RowRecord, "c">): number {
  let crc = crc32(encoder.encode(t));
  for (const part of [...x, ...b]) crc = crc32(part, crc);
  return crc;
}

/** The record of a row. */
export function rowRecord(def: TableDef, kept: KeptTable, row: StoredRow): RowRecord {
  const b: Uint8Array[] = [];
  const cells = kept.cells.map(({ column, type }) => {
    const value = column === null ? null : row[column] ?? null;
    return type === "bytes" && value instanceof Uint8Array ? b.push(value) - 1 : value;
  });
  const x = kept.indexes.flatMap((index) => {
    const own = def.indexes.find(({ columns }) =>
      columns.length === index.columns.length &&
      columns.every(({ name }, i) => name === index.columns[i])
    );
    return own ? [keyOfRow(def, kept, row, own)] : [];
  });
  const record = { x, t: encode(cells), b };
  return { ...record, c: checksum(record) };
}

/**
 * The cells of a record by their columns.
 *
 * @throws {DataError} With code `"corrupt"` when it is none, or was changed.
 */
export function cellsOf(cells: readonly KeptCell[], found: unknown): DraftRow {
  const { x, t, b, c } = wholeRecord(found);
  if (checksum({ x, t, b }) !== c) throw corrupt("a row was changed");
  const values: unknown = decode(t);
  if (!Array.isArray(values)) throw corrupt("a row has another form");
  // Set one by one, a column named `__proto__` would become no property.
  return Object.fromEntries(cells.flatMap(({ column, type, preset }, i) => {
    if (column === null) return [];
    const value: unknown = i < values.length ? values[i] : preset;
    return [[column, type === "bytes" && typeof value === "number" ? b[value] : value]];
  }));
}

function wholeRecord(found: unknown): RowRecord {
  const record = found as Partial<RowRecord> | null | undefined; // looked at here
  const isBytes = (part: unknown) => ArrayBuffer.isView(part) || part instanceof ArrayBuffer;
  if (
    typeof record?.t !== "string" || typeof record.c !== "number" || !Array.isArray(record.x) ||
    !Array.isArray(record.b) || ![...record.x, ...record.b].every(isBytes)
  ) {
    throw corrupt("a row has another form");
  }
  return record as RowRecord; // as tested
}

/** The row of a record. */
export function rowOfRecord(def: TableDef, { cells }: KeptTable, found: unknown): StoredRow {
  // A spread of the template keeps one hidden class, and `__proto__` as a property that can be set.
  const row: DraftRow = { ...def.template };
  const values = cellsOf(cells, found);
  for (const { name } of def.columns) row[name] = values[name] ?? null;
  noteText(def, row);
  return row;
}
