import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sortKey } from "../../engine/sort_key.ts";
import { type ColumnType, compareOf } from "../../schema/compare.ts";

const units = fc.constantFrom(
  "a",
  "b",
  "\u0001",
  "\uD7FF",
  "\uE000",
  "\uFFFF",
  "\u{10000}",
  "\u{1F600}",
);
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: fc.array(units, { maxLength: 4 }).map((list) => list.join("")),
  integer: fc.maxSafeInteger(),
  real: fc.oneof(
    fc.double({ noNaN: true }).map((n) => n + 0),
    fc.constantFrom(Infinity, -Infinity),
  ),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  boolean: fc.boolean(),
  date: fc.date({ noInvalidDate: true }),
  bytes: fc.uint8Array({ maxLength: 8 }),
};

Deno.test("sortKey() never orders two values the other way round", () => {
  for (const [name, values] of Object.entries(VALUES)) {
    const type = name as ColumnType;
    const compare = compareOf(type);
    fc.assert(
      fc.property(fc.option(values), fc.option(values), (a, b) => {
        const order = compare(a, b);
        const [x, y] = [sortKey(type, a), sortKey(type, b)];
        assertEquals(
          order < 0 ? x <= y : order > 0 ? x >= y : x === y,
          true,
          `${name} ${String(a)} ${String(b)}`,
        );
      }),
      { numRuns: 1_000 },
    );
  }
});
