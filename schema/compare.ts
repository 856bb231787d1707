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

// null is lowest. One function a type, so that each sees values of one type and stays fast.
const COMPARE: Record<ColumnType, Compare> = {
  text: nullsFirst(compareText),
  integer: (a: number | null, b: number | null) =>
    a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1,
  real: (a: number | null, b: number | null) =>
    a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1,
  bigint: nullsFirst((a: bigint, b: bigint) => a < b ? -1 : a > b ? 1 : 0),
  boolean: nullsFirst((a: boolean, b: boolean) => Number(a) - Number(b)),
  date: nullsFirst((a: Date, b: Date) => a.getTime() - b.getTime()),
  bytes: nullsFirst(compareBytes),
  json: compareJson,
};

/** The order of the values of a type, null lowest. */
export function compareOf(type: ColumnType): Compare {
  return COMPARE[type];
}

/** The order of text in one column: `<` is right until `astral()` says that it is no more. */
export function compareColumnText(astral: () => boolean): Compare {
  return (a: string | null, b: string | null) => {
    if (a === b) return 0;
    if (a === null || b === null) return a === null ? -1 : 1;
    return astral() ? compareText(a, b) : a < b ? -1 : 1;
  };
}

function nullsFirst(compare: Compare): Compare {
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
