import { quote } from "../schema/errors.ts";
import type { CompareOp, TextOp } from "./ast.ts";
import type { ColumnRef, Contains, Match, NotAValue, Op, Param, TextOptions } from "./types.ts";

/** The value behind {@linkcode Param}. */
export class ParamValue {
  constructor(readonly name: string) {}
}
/** The value behind {@linkcode ColumnRef}. */
export class ColumnValue {
  constructor(readonly path: string) {}
}
/** The value behind {@linkcode Op}, {@linkcode Match} and {@linkcode Contains}. */
export class OpValue {
  constructor(
    readonly op: CompareOp | TextOp | "between" | "in" | "nin",
    readonly operands: readonly unknown[],
    readonly fold: boolean = false,
  ) {}
}

// What an operator gives is told apart by class; the types it carries are phantom.
function op<T>(name: OpValue["op"], ...operands: unknown[]): Op<T> {
  // The types it carries are phantom.
  return new OpValue(name, operands) as unknown as Op<T>;
}
function match<M>(name: TextOp, operand: unknown, options: TextOptions = {}): M {
  // As above.
  return new OpValue(name, [operand], options.ignoreCase === true) as unknown as M;
}

/**
 * A hole in a query, filled by `with` before it runs.
 *
 * @throws {TypeError} When the name is no string.
 *
 * @example One query for many values
 * ```ts
 * import { createStore, param, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const todos = table("todos", { id: text().primaryKey(), ownerId: text() });
 * const store = createStore({ tables: [todos] });
 * store.insert(todos, { id: "1", ownerId: "ada" });
 * const mine = query(todos).where({ ownerId: param("me") });
 * assertEquals(store.count(mine.with({ me: "ada" })), 1);
 * ```
 */
export function param(name: string): Param {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot name a param as names are strings: got ${typeof name}`);
  }
  // The types it carries are phantom.
  return new ParamValue(name) as unknown as Param;
}
/** Another column of the same row, as an operand: `{ sold: gt(column("stock")) }`. */
export function column<const P extends string>(path: P): ColumnRef<P> {
  if (typeof path !== "string") {
    throw new TypeError(`Cannot refer to a column as paths are strings: got ${typeof path}`);
  }
  // The types it carries are phantom.
  return new ColumnValue(path) as unknown as ColumnRef<P>;
}
/** Equal; null equals only null. */
export function eq<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("eq", value);
}
/** Not equal: exactly the rows that `eq` leaves, null rows included. */
export function ne<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("ne", value);
}
/** Greater; false where either side is null. */
export function gt<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("gt", value);
}
/** Greater or equal; false where either side is null. */
export function gte<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("gte", value);
}
/** Less; false where either side is null. */
export function lt<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("lt", value);
}
/** Less or equal; false where either side is null. */
export function lte<T>(value: T): Op<T extends NotAValue ? never : T> {
  return op("lte", value);
}
/** Both ends included; false where a side is null, or when `from` is after `to`. */
export function between<T>(from: T | Param, to: T | Param): Op<T> {
  return op("between", from, to);
}
/** Equal to one of a list of any length; of nothing: false. */
export function oneOf<T>(values: readonly T[] | Param): Op<T> {
  return op("in", listOf("oneOf", values));
}
/** Equal to none of a list of any length; of nothing: true. */
export function noneOf<T>(values: readonly T[] | Param): Op<T> {
  return op("nin", listOf("noneOf", values));
}
/**
 * Matches the whole text: `%` is any run, `_` one code point, `\` takes the next literally. Case
 * counts, on every engine. The time is linear in text times pattern.
 */
export function like(pattern: string | Param, options?: TextOptions): Match {
  return match("like", pattern, options);
}
/** {@linkcode like} with both sides folded by `toLowerCase()`. */
export function ilike(pattern: string | Param): Match {
  return match("like", pattern, { ignoreCase: true });
}
/** Begins with this text; an index helps where case counts. */
export function startsWith(prefix: string | Param, options?: TextOptions): Match {
  return match("startsWith", prefix, options);
}
/** Ends with this text. */
export function endsWith(suffix: string | Param, options?: TextOptions): Match {
  return match("endsWith", suffix, options);
}
/** On text: a part of it. On a JSON array: an element, a scalar of the same JSON type. */
export function contains<T>(part: T | Param, options?: TextOptions): Contains<T> {
  return match("contains", part, options);
}

function listOf(name: string, values: unknown): unknown {
  if (values instanceof ParamValue) return values;
  if (Array.isArray(values)) return [...values];
  throw new TypeError(
    `Cannot call ${quote(name)} as it takes a list or a param: got ${typeof values}`,
  );
}
