/**
 * Exact sums of doubles. Every finite double is a whole number of 2^-1074, so a sum of
 * them is a sum of whole numbers, and only its end result is rounded.
 *
 * @module
 */
const UNIT = 2 ** -1074;

/** `value / 2^-1074`, exactly. */
function units(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 1n << 52n) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

/** The double nearest to `numerator / denominator` units, ties to even, never -0. */
function nearest(numerator: bigint, denominator: bigint): number {
  if (numerator < 0n) return 0 - nearest(-numerator, denominator);
  const bits = (numerator / denominator).toString(2).length;
  const shift = Math.max(0, bits - 53);
  const step = denominator << BigInt(shift);
  let mantissa = numerator / step;
  const twice = 2n * (numerator % step);
  if (twice > step || (twice === step && mantissa % 2n === 1n)) mantissa++;
  return shift === 0 ? Number(mantissa) * UNIT : Number(mantissa) * 2 ** (shift - 1074);
}

/**
 * The sum of `values` divided by `by`, exact until it is rounded once. Infinity and
 * -Infinity together are null.
 */
export function sumOfReals(values: readonly number[], by = 1): number | null {
  const up = values.includes(Infinity);
  const down = values.includes(-Infinity);
  if (up && down) return null;
  if (up) return Infinity;
  if (down) return -Infinity;
  let total = 0n;
  for (const value of values) total += units(value);
  return nearest(total, BigInt(by));
}

/** The quotient of two whole numbers, rounded once. */
export function quotient(numerator: bigint, denominator: number): number {
  return nearest(numerator << 1074n, BigInt(denominator));
}
