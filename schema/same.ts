import { encode } from "./codec.ts";
import { isPlainObject } from "./json_value.ts";

/**
 * Whether two values, rows or results have the same content, at any depth. Stored rows often are one object, so
 * identity comes first; what a JSON column holds beside plain data is compared as the codec writes it.
 */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && sameItems(a, b);
  }
  if (a instanceof Date) return b instanceof Date && Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  if (!isPlainObject(a) || !isPlainObject(b)) {
    return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && encode(a) === encode(b);
  }
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]));
}

/** With a loop, since `every` would pass over holes. */
function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (!same(a[i], b[i]) || i in a !== i in b) return false;
  }
  return true;
}
