import { encode } from "./codec.ts";
import { compareText } from "./text_order.ts";

/** Whether `value` is a plain object, the only kind that a path goes into. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const proto = Object.getPrototypeOf(value);
  return proto === Object.prototype || proto === null;
}

/** The value at `path` inside a JSON value; null where there is none. Arrays have no paths. */
export function jsonAt(value: unknown, path: readonly string[]): unknown {
  for (const name of path) {
    if (!isPlainObject(value) || !Object.hasOwn(value, name)) return null;
    value = value[name];
  }
  return value ?? null;
}

/** Where a value stands among the types: null, false, true, numbers, text, the rest. */
export function jsonRank(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === "boolean") return value ? 2 : 1;
  // NaN and the infinities are stored tagged, so on every engine they are no numbers here.
  if (typeof value === "number") return Number.isFinite(value) ? 3 : 5;
  return typeof value === "string" ? 4 : 5;
}

/** The order of JSON values; what is no scalar is equal to the rest of its kind. */
export function compareJson(a: unknown, b: unknown): number {
  const rank = jsonRank(a);
  if (rank !== jsonRank(b)) return rank - jsonRank(b);
  if (typeof a === "number" && typeof b === "number") return rank === 3 ? a - b : 0;
  return typeof a === "string" && typeof b === "string" ? compareText(a, b) : 0;
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => equalJson(item, b[i]));
}

/** Whether two JSON values have the same content; the order of keys does not matter. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  if (isPlainObject(a)) {
    if (!isPlainObject(b)) return false;
    const names = Object.keys(a);
    return names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && equalJson(a[name], b[name]));
  }
  // The other kinds have one text each, so equal text is equal content.
  return !Array.isArray(b) && !isPlainObject(b) && encode(a) === encode(b);
}
