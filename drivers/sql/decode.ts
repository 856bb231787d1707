import { decode } from "../../schema/codec.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { TableDef } from "../../schema/table.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Dialect } from "./dialect.ts";

/** A row as a client gives it. */
export type Cells = readonly unknown[];

/** How a cell is read: a small number a type, over which rows are decoded in one loop. */
const CODES: Record<ColumnType, number> = {
  text: 0,
  integer: 0,
  real: 0,
  boolean: 1,
  date: 2,
  bigint: 3,
  bytes: 4,
  json: 5,
};

/** The code of a column type; 0 is for values that are what they are. */
export function codeOf(type: ColumnType): number {
  return CODES[type];
}

/** The value of a cell that is not null. */
function decodeCell(code: number, value: unknown): unknown {
  switch (code) {
    case 1:
      return value === true || value === 1 || value === 1n;
    case 2:
      return value instanceof Date ? value : new Date(Number(value));
    case 3:
      // A number while it is exact, else text.
      return typeof value === "bigint" ? value : BigInt(String(value));
    case 4:
      return value instanceof Uint8Array ? ownBytes(value) : value;
    case 5:
      return decode(String(value)) ?? null;
    default:
      return value;
  }
}

/** Bytes that nobody else has and that are all of their buffer, copied only where they are not. */
function ownBytes(value: Uint8Array): Uint8Array {
  const isOwn = value.constructor === Uint8Array && value.length === value.buffer.byteLength;
  return isOwn ? value : new Uint8Array(value);
}

/** The value of a cell. */
export function decodeValue(type: ColumnType, value: unknown): unknown {
  const code = CODES[type];
  return value === null || code === 0 ? value : decodeCell(code, value);
}

/** A scalar of JSON from its rank and itself. */
export function decodePair(rank: unknown, scalar: unknown, { json }: Dialect): unknown {
  const place = Number(rank);
  return place === 1 || place === 2 ? place === 2 : json.decode(scalar);
}

/** Reads rows of a table whose columns begin at a cell. */
export function rowReader(def: TableDef, from: number): (cells: Cells) => StoredRow {
  const names = def.columns.map(({ name }) => name);
  const codes = def.columns.map(({ type }) => CODES[type]);
  const { template } = def;
  return (cells) => {
    const row: DraftRow = { ...template };
    for (let i = 0; i < names.length; i++) {
      const value = cells[from + i];
      const code = codes[i] ?? 0;
      row[names[i] ?? ""] = code === 0 || value === null ? value : decodeCell(code, value);
    }
    return row;
  };
}
