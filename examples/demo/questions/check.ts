/**
 * Compares answers.
 *
 * @module
 */

/** A sum of fractions depends on the order of its terms, and who adds rounds in its own way. */
const TOLERANCE = 1e-9;

/** The first place where two answers differ, in words; undefined when they are equal. */
export function difference(
  got: readonly unknown[],
  expected: readonly unknown[],
): string | undefined {
  for (let i = 0; i < Math.max(got.length, expected.length); i++) {
    if (i < got.length && i < expected.length && same(got[i], expected[i])) continue;
    return `row ${i + 1} is ${words(got[i])}, expected ${words(expected[i])}`;
  }
  return undefined;
}

/** Whether two values are deeply equal; fractions may differ by a billionth. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") {
    if (Number.isInteger(a) && Number.isInteger(b)) return false;
    return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Date);
}

function words(row: unknown): string {
  return row === undefined ? "missing" : JSON.stringify(row);
}
