import type { ColumnType } from "../schema/compare.ts";
import { unitRank } from "../schema/text_order.ts";

/** The first three units as one whole number below 2^48; the end of a text counts as 0. */
function textKey(text: string): number {
  let key = 0;
  for (let i = 0; i < 3; i++) {
    key = key * 0x10000 + (i < text.length ? unitRank(text.charCodeAt(i)) : 0);
  }
  return key;
}

/** The first six bytes, each a digit from 1; the end counts as 0. */
function bytesKey(bytes: Uint8Array): number {
  let key = 0;
  for (let i = 0; i < 6; i++) key = key * 257 + (bytes[i] ?? -1) + 1;
  return key;
}

/**
 * A number that never orders two values of a type the other way round; equal numbers say
 * nothing. An index compares these, which lie side by side, and goes to a row only on a tie.
 */
export function sortKey(type: ColumnType, value: unknown): number {
  if (value === null) return -Infinity;
  switch (typeof value) {
    case "number":
      return value;
    case "string":
      return textKey(value);
    case "object":
      return value instanceof Uint8Array ? bytesKey(value) : Number(value); // a Date is its time
    default:
      return type === "json" ? 0 : Number(value); // bigint and boolean
  }
}
