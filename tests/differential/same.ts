import { isPlainObject } from "../reference/scope.ts";

/**
 * Where `actual` differs from `expected`, as a path, or undefined when they are alike:
 * numbers by `Object.is`, objects by their own keys in any order, whatever their prototype.
 * A number in `slack` may be off by 1e-9 of what it maps to.
 */
export function difference(
  actual: unknown,
  expected: unknown,
  slack: ReadonlyMap<number, number>,
  path = "",
): string | undefined {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path}: no array`;
    if (actual.length !== expected.length) return `${path}: length ${actual.length}`;
    return firstOf(Object.keys(expected), (key) => {
      const [a, b] = [actual[Number(key)], expected[Number(key)]];
      return difference(a, b, slack, `${path}[${key}]`);
    });
  }
  if (isPlainObject(expected)) {
    if (!isPlainObject(actual)) return `${path}: no object`;
    const [keys, wanted] = [Object.keys(actual), Object.keys(expected)];
    const odd = keys.find((key) => !wanted.includes(key)) ??
      wanted.find((key) => !keys.includes(key));
    if (odd !== undefined) return `${path}: key ${JSON.stringify(odd)}`;
    return firstOf(wanted, (key) => {
      return difference(actual[key], expected[key], slack, `${path}.${key}`);
    });
  }
  return sameValue(actual, expected, slack) ? undefined : path || "the value";
}

function firstOf(
  keys: readonly string[],
  find: (key: string) => string | undefined,
): string | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sameValue(a: unknown, b: unknown, slack: ReadonlyMap<number, number>): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a === "number" && typeof b === "number") {
    const size = slack.get(b);
    return size !== undefined && Math.abs(a - b) <= size * 1e-9;
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array && b instanceof Uint8Array) return `${a}` === `${b}`;
  if (a instanceof Map && b instanceof Map) return sameItems([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return sameItems([...a], [...b]);
  // A RegExp or a URL.
  return `${a}` === `${b}`;
}

function sameItems(a: unknown[], b: unknown[]): boolean {
  return difference(a, b, new Map()) === undefined;
}
