import { encode } from "../schema/codec.ts";

/**
 * Whether two answers of a driver are the same, at any depth. Rows that are the same object are; values
 * of JSON columns that are no plain data are compared as the codec writes them.
 */
export function sameAnswer(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length &&
      a.every((item, i) => sameAnswer(item, b[i]));
  }
  const kind: unknown = Object.getPrototypeOf(a);
  if (kind !== Object.getPrototypeOf(b)) return false;
  if (kind !== Object.prototype && kind !== null) return encode(a) === encode(b);
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) =>
      Object.hasOwn(b, name) &&
      // Both are plain objects with that property.
      sameAnswer((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])
    );
}
