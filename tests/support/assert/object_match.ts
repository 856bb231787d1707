import { difference } from "./difference.ts";
import { equal } from "./equal.ts";
import { failure } from "./error.ts";

/**
 * That `actual` has every property of `expected`, deeply; it may have more.
 *
 * Arrays match item by item, and a longer one may follow; maps by key, sets by member.
 * Anything else compares by {@linkcode equal}.
 */
export function assertObjectMatch(actual: object, expected: object, msg?: string): void {
  if (!matches(actual, expected, new Map())) {
    throw failure(`Values do not match\n\n${difference(actual, expected)}`, msg);
  }
}

function matches(actual: unknown, expected: unknown, seen: Map<unknown, unknown>): boolean {
  if (!isOpen(actual) || !isOpen(expected)) return equal(actual, expected);
  if (seen.get(expected) === actual) return true;
  seen.set(expected, actual);
  if (expected instanceof Set) {
    return actual instanceof Set && [...expected].every((item) => actual.has(item));
  }
  if (expected instanceof Map) {
    return actual instanceof Map &&
      [...expected].every(([key, value]) =>
        actual.has(key) && matches(actual.get(key), value, seen)
      );
  }
  if (Array.isArray(actual) !== Array.isArray(expected)) return false;
  return Reflect.ownKeys(expected).every((key) =>
    key === "length" ||
    key in actual && matches(Reflect.get(actual, key), Reflect.get(expected, key), seen)
  );
}

/** Whether `value` is matched by its parts; a date or a pattern is matched as a whole. */
function isOpen(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Date || value instanceof RegExp || ArrayBuffer.isView(value));
}
