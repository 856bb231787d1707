import { compareJson, equalJson } from "./json_value.ts";
import { compareBytes } from "./key_bytes.ts";
import { compareText } from "./text_order.ts";

/** The eight column types. */
export type ColumnType =
  | "text"
  | "integer"
  | "real"
  | "bigint"
  | "boolean"
  | "date"
  | "bytes"
  | "json";

/**
 * Compares two values of one column type: negative, 0, positive. Method syntax on purpose: a
 * comparator of numbers fits, since writing has checked the types of what it will get.
 */
export type Compare = { compare(a: unknown, b: unknown): number }["compare"];

const numbers: Compare = (a: number, b: number) => a < b ? -1 : a > b ? 1 : 0;

const COMPARE: Record<ColumnType, Compare> = {
  text: compareText,
  integer: numbers,
  real: numbers,
  bigint: (a: bigint, b: bigint) => a < b ? -1 : a > b ? 1 : 0,
  boolean: (a: boolean, b: boolean) => Number(a) - Number(b),
  date: (a: Date, b: Date) => a.getTime() - b.getTime(),
  bytes: compareBytes,
  json: compareJson,
};

/** The order of non-null values of a type; of `json` also of null. */
export function compareOf(type: ColumnType): Compare {
  return COMPARE[type];
}

/** A comparator with null lowest, from one of non-null values. */
export function nullsFirst(compare: Compare): Compare {
  return (a, b) =>
    a === null ? (b === null ? 0 : -1) : b === null ? 1 : a === b ? 0 : compare(a, b);
}

/** Whether two stored values of a type are the same; null is the same as null alone. */
export function sameValue(type: ColumnType, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (type === "json") return equalJson(a, b);
  return (type === "date" || type === "bytes") && COMPARE[type](a, b) === 0;
}
