import {
  assert,
  assertAlmostEquals,
  assertArrayIncludes,
  assertEquals,
  assertExists,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  AssertionError,
  assertLess,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertNotStrictEquals,
  assertObjectMatch,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
  fail,
  unreachable,
} from "@std/assert";

/** That `fn` fails as an assertion does; the one check here that leans on nothing tested. */
function fails(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("The assertion passed");
}

Deno.test("AssertionError has its name and is an Error", () => {
  const error = new AssertionError("x", { cause: 1 });
  assert(error instanceof Error && error.name === "AssertionError" && error.cause === 1);
});

Deno.test("assert() and assertFalse() judge truthiness", () => {
  assert(1);
  assertFalse("");
  fails(() => assert(0));
  fails(() => assertFalse({}));
  assert(fails(() => assert(0, "why")).endsWith(": why"));
});

Deno.test("assertEquals() shows only the lines that differ", () => {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id }));
  const changed = rows.map((row) => row.id === 50 ? { id: -1 } : row);
  assertEquals(rows, structuredClone(rows));
  const message = fails(() => assertEquals(changed, rows, "rows"));
  assert(/^- +id: -1/m.test(message) && /^\+ +id: 50/m.test(message));
  assert(message.split("\n").length < 20, message);
});

Deno.test("assertNotEquals() fails on deeply equal values", () => {
  assertNotEquals([1], [2]);
  fails(() => assertNotEquals([1], [1]));
});

Deno.test("assertStrictEquals() compares by Object.is", () => {
  const object = {};
  assertStrictEquals(NaN, NaN);
  assertStrictEquals(object, object);
  assertNotStrictEquals(object, {});
  assertNotStrictEquals(0, -0);
  fails(() => assertStrictEquals(object, {}));
  fails(() => assertStrictEquals(0, -0));
  fails(() => assertNotStrictEquals("a", "a"));
});

Deno.test("assertExists() fails on null and undefined alone", () => {
  for (const value of [0, "", false, NaN]) assertExists(value);
  fails(() => assertExists(null));
  fails(() => assertExists(undefined));
});

Deno.test("assertThrows() returns what was thrown when it is as asked", () => {
  const error = new RangeError("Cannot x");
  const thrower = (): never => {
    throw error;
  };
  assertStrictEquals(assertThrows(thrower), error);
  assertStrictEquals(assertThrows(thrower, RangeError, "not x"), error);
  assertStrictEquals(assertThrows(thrower, Error), error);
  fails(() => assertThrows(() => {}));
  fails(() => assertThrows(thrower, TypeError));
  fails(() => assertThrows(thrower, RangeError, "other"));
  assert(fails(() => assertThrows(() => {}, "why")).endsWith("why"));
});

Deno.test("assertThrows() fails on a thrown non-error when a class is asked", () => {
  const thrower = (): never => {
    // deno-lint-ignore no-throw-literal
    throw "text";
  };
  assertStrictEquals(assertThrows(thrower), "text");
  fails(() => assertThrows(thrower, Error));
});

Deno.test("assertRejects() checks the rejection, and fails on a synchronous throw", async () => {
  const failing = async (fn: () => Promise<unknown>): Promise<void> => {
    const error = await fn().then(() => undefined, (reason) => reason);
    assert(error instanceof AssertionError);
  };
  const error = new TypeError("Cannot y");
  const rejecter = (): Promise<never> => Promise.reject(error);
  assertStrictEquals(await assertRejects(rejecter), error);
  assertStrictEquals(await assertRejects(rejecter, TypeError, "Cannot"), error);
  await failing(() => assertRejects(() => Promise.resolve()));
  await failing(() => assertRejects(rejecter, RangeError));
  await failing(() => assertRejects(rejecter, TypeError, "other"));
  await failing(() =>
    assertRejects(() => {
      throw error;
    }, TypeError)
  );
});

Deno.test("assertMatch(), assertStringIncludes() and assertArrayIncludes() look for parts", () => {
  assertMatch("abc", /b/);
  assertStringIncludes("abc", "bc");
  assertArrayIncludes([{ a: 1 }, { b: 2 }], [{ b: 2 }]);
  fails(() => assertMatch("abc", /x/));
  fails(() => assertStringIncludes("abc", "ac"));
  fails(() => assertArrayIncludes([1, 2], [2, 3]));
});

Deno.test("assertGreater() and its kin order numbers, bigints and strings", () => {
  assertGreater(2, 1);
  assertGreaterOrEqual(2n, 2n);
  assertLess("a", "b");
  assertLessOrEqual(1, 1);
  fails(() => assertGreater(1, 1));
  fails(() => assertGreaterOrEqual(NaN, 0));
  fails(() => assertLess(1, 1));
  fails(() => assertLessOrEqual(2, 1));
});

Deno.test("assertAlmostEquals() allows a ten millionth, or the given tolerance", () => {
  assertAlmostEquals(0.1 + 0.2, 0.3);
  assertAlmostEquals(10, 11, 1);
  assertAlmostEquals(Infinity, Infinity);
  fails(() => assertAlmostEquals(0.3001, 0.3));
  fails(() => assertAlmostEquals(10, 12, 1));
  fails(() => assertAlmostEquals(NaN, 1));
});

Deno.test("assertInstanceOf() accepts subclasses", () => {
  assertInstanceOf(new RangeError(), Error);
  fails(() => assertInstanceOf(new Error(), RangeError));
  fails(() => assertInstanceOf("x", String));
});

Deno.test("assertObjectMatch() ignores what is not expected, at every depth", () => {
  const actual = { a: 1, b: { c: [1, { d: 2, e: 3 }, 3] }, m: new Map([["k", { x: 1, y: 2 }]]) };
  assertObjectMatch(actual, { b: { c: [1, { d: 2 }] } });
  assertObjectMatch(actual, { m: new Map([["k", { x: 1 }]]) });
  assertObjectMatch({ s: new Set([1, 2]), t: new Date(0) }, { s: new Set([1]), t: new Date(0) });
  fails(() => assertObjectMatch(actual, { b: { c: [1, { d: 3 }] } }));
  fails(() => assertObjectMatch(actual, { missing: undefined }));
  fails(() => assertObjectMatch({ t: new Date(0) }, { t: new Date(1) }));
  fails(() => assertObjectMatch({ a: { 0: 1 } }, { a: [1] }));
});

Deno.test("fail() and unreachable() never return", () => {
  assertEquals(fails(() => fail("here")), "Failed assertion: here");
  fails(() => unreachable());
});
