import { compareBytes, compareText } from "./order.ts";

/**
 * Stands for a value that is there but is no scalar: an object, an array or a tagged value
 * inside JSON, or a joined row taken as a whole. It isn't null, equals nothing (itself
 * included), and comes last in an order.
 */
export const NOT_SCALAR: unique symbol = Symbol("not scalar");

export type Scalar =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | typeof NOT_SCALAR;

/** Where a kind of value stands among the other kinds. Kinds only mix inside JSON. */
function rank(value: Scalar): number {
  if (value === null) return 0;
  if (value === NOT_SCALAR) return 9;
  switch (typeof value) {
    case "boolean":
      return 1;
    case "number":
      return 2;
    case "bigint":
      return 3;
    case "string":
      return 4;
    default:
      return value instanceof Date ? 5 : 6;
  }
}

/** Negative, zero or positive: the order of the value rules, total over all values. */
export function compare(a: Scalar, b: Scalar): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a === NOT_SCALAR || b === NOT_SCALAR || a === null || b === null) return 0;
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Null equals null, and a value that is no scalar equals nothing. */
export function equal(a: Scalar, b: Scalar): boolean {
  if (a === NOT_SCALAR || b === NOT_SCALAR) return false;
  return compare(a, b) === 0;
}

/** Whether `a < b`, `a <= b` and so on can be true at all: two scalars of one kind, no null. */
export function inOneRange(a: Scalar, b: Scalar): boolean {
  return a !== null && a !== NOT_SCALAR && rank(a) === rank(b);
}
