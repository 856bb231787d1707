/**
 * A stand-in for `@std/assert` with the same names and meaning, for machines that do not
 * reach JSR. Where it is reachable, one line of deno.json takes its place.
 *
 * @module
 */
import { difference, show } from "./assert/difference.ts";
import { equal } from "./assert/equal.ts";
import { failure } from "./assert/error.ts";

export * from "./assert/compare.ts";
export { equal } from "./assert/equal.ts";
export { AssertionError } from "./assert/error.ts";
export { assertObjectMatch } from "./assert/object_match.ts";
export { assertRejects, assertThrows } from "./assert/throws.ts";

/** That `expr` is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr {
  if (!expr) throw failure("Expected a truthy value", msg);
}

/** That `expr` is falsy. */
export function assertFalse(
  expr: unknown,
  msg?: string,
): asserts expr is false | 0 | 0n | "" | null | undefined {
  if (expr) throw failure(`Expected a falsy value, got ${show(expr)}`, msg);
}

/** That the two are deeply equal, see {@linkcode equal}. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    throw failure(`Values are not equal\n\n${difference(actual, expected)}`, msg);
  }
}

/** That the two are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) {
    throw failure(`Expected actual not to equal expected: ${show(expected)}`, msg);
  }
}

/** That the two are one and the same value, by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T {
  if (Object.is(actual, expected)) return;
  const alike = equal(actual, expected) ? "Values are equal but not the same" : "";
  throw failure(
    alike || `Values are not strictly equal\n\n${difference(actual, expected)}`,
    msg,
  );
}

/** That the two are not one and the same value, by `Object.is`. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void {
  if (Object.is(actual, expected)) {
    throw failure(`Expected actual not to be expected: ${show(expected)}`, msg);
  }
}

/** That `actual` is neither null nor undefined. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) {
    throw failure(`Expected a value, got ${String(actual)}`, msg);
  }
}

/** That `actual` was made by `expectedType` or a subclass. */
export function assertInstanceOf<T>(
  actual: unknown,
  // deno-lint-ignore no-explicit-any
  expectedType: abstract new (...args: any[]) => T,
  msg?: string,
): asserts actual is T {
  if (!(actual instanceof expectedType)) {
    throw failure(`Expected an instance of ${expectedType.name}, got ${show(actual)}`, msg);
  }
}

/** That `expected` finds something in `actual`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) {
    throw failure(`Expected ${show(actual)} to match ${expected}`, msg);
  }
}

/** That `expected` is a part of `actual`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) {
    throw failure(`Expected ${show(actual)} to contain ${show(expected)}`, msg);
  }
}

/** That each item of `expected` is deeply equal to some item of `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLike<T>,
  expected: ArrayLike<T>,
  msg?: string,
): void {
  const items = Array.from(actual);
  const missing = Array.from(expected).filter((wanted) =>
    !items.some((item) => equal(item, wanted))
  );
  if (missing.length > 0) {
    throw failure(`Expected ${show(items)} to include, missing are ${show(missing)}`, msg);
  }
}

/** Fails the test. */
export function fail(msg?: string): never {
  throw failure("Failed assertion", msg);
}

/** For a place that no run may reach. */
export function unreachable(msg?: string): never {
  throw failure("Unreachable", msg);
}
