/** Beyond this a sum of partials could overflow on the way: 2^1000. */
const HUGE = 2 ** 1000;
/** 2^1074 times a double is a whole number. */
const SCALE = 1074;

/**
 * An exact sum of doubles, rounded once when asked; adding `-x` takes `x` out again exactly.
 *
 * Partials that do not overlap, after Shewchuk, "Adaptive Precision Floating-Point Arithmetic"
 * (1997); numbers of 2^1000 and more go into one big integer instead.
 */
export class ExactSum {
  #partials: number[] = [];
  #big = 0n;
  #plus = 0;
  #minus = 0;

  /** `times` is 1 to add and -1 to take out what was added. */
  add(value: number, times: 1 | -1 = 1): void {
    if (value === Infinity) this.#plus += times;
    else if (value === -Infinity) this.#minus += times;
    else if (Math.abs(value) >= HUGE) this.#big += scaled(value) * BigInt(times);
    else this.#grow(value * times);
  }

  #grow(x: number): void {
    const partials = this.#partials;
    let kept = 0;
    for (let i = 0; i < partials.length; i++) {
      const part = partials[i] ?? 0;
      const y = Math.abs(x) < Math.abs(part) ? x : part;
      if (y === x) x = part;
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) partials[kept++] = low;
      x = high;
    }
    if (Math.abs(x) < HUGE) partials[kept++] = x;
    else this.#big += scaled(x);
    // Setting the length costs more.
    while (partials.length > kept) partials.pop();
  }

  /** The sum, rounded once to nearest, ties to even; null when both infinities were added. */
  get value(): number | null {
    if (this.#plus > 0) return this.#minus > 0 ? null : Infinity;
    if (this.#minus > 0) return -Infinity;
    return this.#big === 0n ? this.#round() : fromScaled(this.#total, 1n);
  }

  /** The exact sum over `count`, rounded once; null as for the sum. */
  mean(count: number): number | null {
    const sum = this.value;
    return sum === null || this.#plus + this.#minus > 0
      ? sum
      : fromScaled(this.#total, BigInt(count));
  }

  get #total(): bigint {
    return this.#partials.reduce((sum, part) => sum + scaled(part), this.#big);
  }

  /** Adds the partials from the largest; what is lost decides a tie. */
  #round(): number {
    const partials = this.#partials;
    let i = partials.length - 1;
    let high = partials[i] ?? 0;
    let low = 0;
    while (i > 0 && low === 0) {
      const x = high;
      const y = partials[--i] ?? 0;
      high = x + y;
      low = y - (high - x);
    }
    const next = partials[i - 1];
    if (next !== undefined && low !== 0 && low > 0 === next > 0) {
      // Half way with more on the same side: round away.
      const twice = low * 2;
      const x = high + twice;
      if (twice === x - high) high = x;
    }
    return high + 0; // no -0
  }
}

/** A double times 2^1074, exactly. */
function scaled(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const whole = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return value < 0 ? -whole : whole;
}

/** The double next to `value` / `divisor` / 2^1074, ties to even. */
function fromScaled(value: bigint, divisor: bigint): number {
  const size = value < 0n ? -value : value;
  // 53 bits are kept, and below the smallest normal number those that 2^-1074 leaves.
  const drop = Math.max((size / divisor).toString(2).length - 53, 0);
  const unit = divisor << BigInt(drop);
  const kept = size / unit;
  const rest = 2n * (size - kept * unit);
  const rounded = Number(kept + (rest > unit || rest === unit && (kept & 1n) === 1n ? 1n : 0n));
  // In two steps, since 2^drop alone may be out of range.
  const result = rounded * 2 ** Math.min(drop - SCALE, 900) * 2 ** Math.max(drop - SCALE - 900, 0);
  return (value < 0n ? -result : result) + 0; // no -0
}

/** The quotient of whole numbers, rounded once. */
export function wholeMean(total: bigint, count: number): number {
  const exact = Number(total);
  return Number.isSafeInteger(exact)
    ? exact / count
    : fromScaled(total << BigInt(SCALE), BigInt(count));
}
