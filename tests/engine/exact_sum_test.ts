import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ExactSum, wholeMean } from "../../engine/exact_sum.ts";

/** A double as a fraction over 2^1074, from its text in base two. */
function exact(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = Number((bits >> 52n) & 2047n);
  const fraction = bits & (2n ** 52n - 1n);
  const size = exponent === 0 ? fraction : (fraction + 2n ** 52n) * 2n ** BigInt(exponent - 1);
  return value < 0 ? -size : size;
}

/** Whether no other double is closer to total / count / 2^1074 than `value`. */
function isNearest(value: number, total: bigint, count: number): boolean {
  const distance = (other: number) => {
    const d = exact(other) * BigInt(count) - total;
    return d < 0n ? -d : d;
  };
  return [1, -1].every((step) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value === 0 ? step * 0 : value);
    if (value === 0) view.setFloat64(0, step * 5e-324);
    else view.setBigInt64(0, view.getBigInt64(0) + BigInt(step));
    const other = view.getFloat64(0);
    return !Number.isFinite(other) || distance(value) <= distance(other);
  });
}

const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0.1, 0.2, 1e308, -1e308, 5e-324, -5e-324, 2 ** 53, 1, -1, 2 ** 1000, 1e16, 1e-16),
);

Deno.test("ExactSum rounds the exact sum and mean once", () => {
  fc.assert(
    fc.property(fc.array(doubles, { minLength: 1, maxLength: 12 }), (values) => {
      const sum = new ExactSum();
      for (const value of values) sum.add(value);
      const total = values.reduce((all, value) => all + exact(value), 0n);
      const result = sum.value ?? NaN;
      if (Number.isFinite(result)) assertEquals(isNearest(result, total, 1), true);
      const mean = sum.mean(values.length) ?? NaN;
      assertEquals(isNearest(mean, total, values.length), true);
      assertEquals(Object.is(result, -0) || Object.is(mean, -0), false);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("ExactSum takes values out again exactly", () => {
  fc.assert(
    fc.property(
      fc.array(doubles, { maxLength: 8 }),
      fc.array(doubles, { maxLength: 8 }),
      (kept, gone) => {
        const sum = new ExactSum();
        for (const value of [...gone, ...kept]) sum.add(value);
        for (const value of gone) sum.add(value, -1);
        const alone = new ExactSum();
        for (const value of kept) alone.add(value);
        assertEquals(sum.value, alone.value);
      },
    ),
    { numRuns: 3_000 },
  );
});

Deno.test("ExactSum knows infinities", () => {
  const sum = new ExactSum();
  sum.add(Infinity);
  sum.add(1);
  assertEquals([sum.value, sum.mean(2)], [Infinity, Infinity]);
  sum.add(-Infinity);
  assertEquals([sum.value, sum.mean(3)], [null, null]);
  sum.add(Infinity, -1);
  assertEquals([sum.value, sum.mean(2)], [-Infinity, -Infinity]);
  sum.add(-Infinity, -1);
  assertEquals([sum.value, sum.mean(1)], [1, 1]);
});

Deno.test("wholeMean() rounds the quotient once", () => {
  assertEquals(wholeMean(7n, 2), 3.5);
  assertEquals(wholeMean(2n ** 60n + 1n, 3), Number((2n ** 60n + 1n) / 3n));
  assertEquals(wholeMean(-(2n ** 70n), 4), -(2 ** 68));
});
