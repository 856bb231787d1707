import { quote } from "../schema/errors.ts";
import { jsonRank } from "../schema/json_value.ts";
import { type MapKey, mapKey } from "../schema/key.ts";
import type { Compare } from "../schema/compare.ts";
import type { AggregateSpec, Ref } from "../query/ast.ts";
import { type Get, getter } from "../query/predicate.ts";
import { compareRef } from "../query/shape.ts";
import { ExactSum, wholeMean } from "./exact_sum.ts";

/** What an aggregate has seen of one group. */
export interface Accumulator {
  /**
   * Takes a value in, never null; of the type that the aggregate's path holds. With -1 it takes
   * out what was added, as live results need it; extremes and different values can't.
   */
  add(value: unknown, times: 1 | -1): void;
  readonly value: unknown;
}

/** An aggregate of a query: reads a value, null when the row does not count, and starts groups. */
export interface Aggregator {
  readonly name: string;
  readonly get: Get;
  readonly start: () => Accumulator;
}

class Counter implements Accumulator {
  value = 0;
  add(_value: unknown, times: 1 | -1): void {
    this.value += times;
  }
}

class DistinctCounter implements Accumulator {
  readonly #seen = new Set<MapKey>();
  get value(): number {
    return this.#seen.size;
  }
  add(value: unknown): void {
    this.#seen.add(mapKey(value));
  }
}

/** Exact over integers and bigints: a number while that is exact, a bigint beside it after. */
class WholeSum implements Accumulator {
  #small = 0;
  #big = 0n;
  #count = 0;
  constructor(readonly path: string, readonly type: "integer" | "bigint", readonly mean: boolean) {}

  add(value: number | bigint, times: 1 | -1): void {
    this.#count += times;
    const sum = typeof value === "number" ? this.#small + value * times : NaN;
    if (Number.isSafeInteger(sum)) this.#small = sum;
    else this.#big += BigInt(value) * BigInt(times);
  }
  get value(): number | bigint | null {
    if (this.#count === 0) return null;
    const total = this.#big + BigInt(this.#small);
    if (this.mean) return wholeMean(total, this.#count) + 0;
    if (this.type === "bigint") return total;
    const exact = Number(total);
    if (Number.isSafeInteger(exact)) return exact;
    throw new RangeError(
      `Cannot sum ${quote(this.path)} as the sum is a safe integer: it is larger`,
    );
  }
}

class RealSum implements Accumulator {
  readonly #sum = new ExactSum();
  #count = 0;
  constructor(readonly mean: boolean) {}
  add(value: number, times: 1 | -1): void {
    this.#count += times;
    this.#sum.add(value, times);
  }
  get value(): number | null {
    if (this.#count === 0) return null;
    return this.mean ? this.#sum.mean(this.#count) : this.#sum.value;
  }
}

class Extreme implements Accumulator {
  value: unknown = null;
  constructor(readonly sign: 1 | -1, readonly compare: Compare) {}
  add(value: unknown): void {
    if (this.value === null || this.compare(value, this.value) * this.sign > 0) this.value = value;
  }
}

/**
 * Reads a value to group or aggregate by; what is no scalar inside JSON is equal to nothing.
 *
 * @throws {TypeError} From the getter: when a JSON value is no scalar, or with `numbers` no number.
 */
export function scalarGet(ref: Ref, joined: boolean, numbers = false): Get {
  const get = getter(ref, joined);
  if (ref.type !== "json") return get;
  return (env) => {
    const value = get(env);
    const rank = jsonRank(value);
    if (rank < 5 && (!numbers || rank === 0 || rank === 3)) return value;
    throw new TypeError(
      `Cannot group by the path ${quote(ref.path)} as it holds ${
        numbers ? "numbers" : "scalars"
      }: one value is none`,
    );
  };
}

/** The product of the values at some paths, null when one is; exact when all are whole. */
function productGet(refs: readonly Ref[], joined: boolean): Get {
  const gets = refs.map((ref) => scalarGet(ref, joined, true));
  const whole = refs.every(({ type }) => type === "integer" || type === "bigint");
  return (env) => {
    let product: number | bigint = 1;
    for (const get of gets) {
      const value = get(env);
      if (typeof value !== "number" && typeof value !== "bigint") return null;
      if (typeof product === "number" && typeof value === "number") {
        const next: number = product * value;
        product = !whole || Number.isSafeInteger(next) ? next : BigInt(product) * BigInt(value);
      } else product = BigInt(product) * BigInt(value);
    }
    if (typeof product === "bigint") return product;
    return Number.isNaN(product) ? null : product + 0; // an infinity times 0 is nothing
  };
}

function starter({ fn, refs }: AggregateSpec, path: string): () => Accumulator {
  const [ref] = refs;
  if (fn === "count" || !ref) return () => new Counter();
  if (fn === "countDistinct") return () => new DistinctCounter();
  if (fn === "min" || fn === "max") {
    const compare = compareRef(ref);
    return () => new Extreme(fn === "max" ? 1 : -1, compare);
  }
  const mean = fn === "avg";
  if (refs.some(({ type }) => type === "real" || type === "json")) return () => new RealSum(mean);
  const type = refs.some((item) => item.type === "bigint") ? "bigint" : "integer";
  return () => new WholeSum(path, type, mean);
}

/** Compiles an aggregate; `joined` as in a predicate. */
export function aggregator(name: string, spec: AggregateSpec, joined: boolean): Aggregator {
  const { refs } = spec;
  const [ref] = refs;
  const path = refs.map((item) => item.path).join(" * ");
  const numbers = spec.fn === "sum" || spec.fn === "avg";
  const get: Get = !ref
    ? () => 1
    : spec.fn === "count"
    ? getter(ref, joined)
    : refs.length === 1
    ? scalarGet(ref, joined, numbers)
    : productGet(refs, joined);
  return { name, get, start: starter(spec, path) };
}
