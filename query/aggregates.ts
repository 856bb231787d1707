import { quote } from "../schema/errors.ts";
import type { AggregateSpec, Ref } from "./ast.ts";
import type { Shape } from "./shape.ts";
import type { Aggregate, Product } from "./types.ts";

/** The value behind {@linkcode Product}. */
export class ProductValue {
  constructor(readonly paths: readonly string[]) {}
}
/** The value behind {@linkcode Aggregate}. */
export class AggregateValue {
  constructor(readonly fn: AggregateSpec["fn"], readonly path: unknown) {}
}

function make<F extends string, P extends string>(
  fn: AggregateSpec["fn"],
  path?: unknown,
): Aggregate<F, P> {
  // Told apart by class; the types it carries are phantom.
  return new AggregateValue(fn, path) as unknown as Aggregate<F, P>;
}

/** Rows; with a path, rows where it is not null. */
export function count<P extends string = never>(path?: P): Aggregate<"count", P> {
  return make("count", path);
}
/** Different values that are not null. */
export function countDistinct<P extends string>(path: P): Aggregate<"count", P> {
  return make("countDistinct", path);
}
/**
 * The sum of what is not null; of nothing null. Exact for integers and bigints (a `RangeError`
 * past 2^53 - 1 for numbers); of reals the exact sum, rounded once.
 */
export function sum<P extends string>(path: P | Product<P>): Aggregate<"sum", P> {
  return make("sum", path);
}
/** The mean of what is not null; of nothing null. */
export function avg<P extends string>(path: P | Product<P>): Aggregate<"avg", P> {
  return make("avg", path);
}
/** The least value that is not null, in the order of the type; of nothing null. */
export function min<P extends string>(path: P): Aggregate<"min", P> {
  return make("min", path);
}
/** The greatest value that is not null, in the order of the type; of nothing null. */
export function max<P extends string>(path: P): Aggregate<"max", P> {
  return make("max", path);
}
/**
 * The product of numeric paths, to be summed or averaged; null if a factor is.
 *
 * @example The worth of an order
 * ```ts
 * import { createStore, integer, product, query, real, sum, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const lines = table("lines", { id: text().primaryKey(), quantity: integer(), price: real() });
 * const store = createStore({ tables: [lines] });
 * store.insert(lines, [{ quantity: 2, price: 1.5 }, { quantity: 1, price: 4 }]);
 * const worth = query(lines).groupBy([], { total: sum(product("quantity", "price")) });
 * assertEquals(store.first(worth)?.total, 7);
 * ```
 */
export function product<P extends string>(...paths: P[]): Product<P> {
  // Told apart by class; the types it carries are phantom.
  return new ProductValue(paths) as unknown as Product<P>;
}

/**
 * Looks the paths of an aggregate up.
 *
 * @throws {TypeError} When a path leads nowhere or holds what the function does not take.
 */
export function resolveAggregate(shape: Shape, name: string, value: unknown): AggregateSpec {
  if (!(value instanceof AggregateValue)) {
    throw new TypeError(
      `Cannot group with ${quote(name)} as it is an aggregate: got something else`,
    );
  }
  const { fn, path } = value;
  const many = path instanceof ProductValue;
  if (path === undefined && fn === "count") return { fn, refs: [] };
  const paths: readonly unknown[] = many ? path.paths : [path];
  const refs = paths.map((item) => shape.resolve(item));
  const numeric = fn === "sum" || fn === "avg";
  const refuse = (state: string) =>
    new TypeError(`Cannot group with ${quote(name)} as ${fn} takes other values: ${state}`);
  if (many && (!numeric || refs.length === 0)) {
    throw refuse("got a product of nothing, or no sum of it");
  }
  for (const ref of refs) {
    if (!fits(fn, ref.type)) throw refuse(`the path ${quote(ref.path)} holds ${ref.type}`);
  }
  const types = refs.map(({ type }) => type);
  if (types.includes("bigint") && types.some((type) => type === "real" || type === "json")) {
    throw refuse("a bigint is multiplied with a real number");
  }
  return { fn, refs };
}

function fits(fn: AggregateSpec["fn"], type: Ref["type"]): boolean {
  if (fn === "count") return type !== "rows";
  if (type === "row" || type === "rows") return false;
  return fn !== "sum" && fn !== "avg" || ["integer", "real", "bigint", "json"].includes(type);
}
