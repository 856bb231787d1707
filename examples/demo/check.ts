/**
 * Compares answers.
 *
 * @module
 */

/** Floating-point sums depend on the order of their terms; those by hand are added in another one. */
const TOLERANCE = 1e-9;

/** The first place where two answers differ, in words; undefined when they are equal. */
export function difference(
  got: readonly unknown[],
  expected: readonly unknown[],
  tolerance: number = TOLERANCE,
): string | undefined {
  for (let i = 0; i < Math.max(got.length, expected.length); i++) {
    if (i < got.length && i < expected.length && same(got[i], expected[i], tolerance)) continue;
    return `row ${i + 1} is ${words(got[i])}, expected ${words(expected[i])}`;
  }
  return undefined;
}

/** Whether two values are deeply equal; numbers may differ by `tolerance` of the larger one. */
export function same(a: unknown, b: unknown, tolerance: number): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") {
    return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
  }
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i], tolerance));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key], tolerance));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

function words(row: unknown): string {
  return row === undefined ? "missing" : JSON.stringify(row);
}
