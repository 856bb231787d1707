/**
 * The types of queries: paths, operands, conditions, aggregates and the query itself.
 *
 * One type parameter, the row, runs through the chain; this keeps checking fast.
 *
 * @module
 */
import type { Flat, t, Table } from "../schema/mod.ts";

/** Values that a path leads to and not into. */
export type Scalar = string | number | bigint | boolean | Date | Uint8Array;
/** Counts down the levels of a path. */
export type Deeper = [never, 0, 1, 2, 3, 4];
/** Dotted paths of R, at most five levels deep. */
export type Path<R, D extends number = 4> = [D] extends [never] ? never
  : R extends Scalar | readonly unknown[] | null | undefined ? never
  : {
    [K in keyof R & string]:
      | K
      | (NonNullable<R[K]> extends Scalar | readonly unknown[] ? never
        : `${K}.${Path<NonNullable<R[K]>, Deeper[D]>}`);
  }[keyof R & string];
/** The type at a path. */
export type At<R, P extends string> = R extends null | undefined ? null
  : P extends keyof R ? R[P]
  : P extends `${infer H}.${infer Rest}` ? H extends keyof R ? At<R[H], Rest> : never
  : never;
/** A hole filled by {@linkcode Query.with}. */
export interface Param {
  /** Types only. */
  readonly [t]: "param";
}
/** Another column of the same row, as an operand: `{ sold: gt(column("stock")) }`. */
export interface ColumnRef<P extends string> {
  /** Types only. */
  readonly [t]: { column: P };
}
/** What is no plain value: a param or a column. */
// deno-lint-ignore no-explicit-any -- a reference to any column
export type NotAValue = Param | ColumnRef<any>;
/** A comparison with a value of type T. */
export interface Op<T> {
  /** Types only. */
  readonly [t]: { op: T };
}
/** A test for a part of a text or an element of a JSON array. */
export interface Contains<T> {
  /** Types only. */
  readonly [t]: { contains: T };
}
/** How text is matched. */
export interface TextOptions {
  /** Both sides are folded by `toLowerCase()`. @default false */
  readonly ignoreCase?: boolean;
}
/** A test on text. */
export interface Match {
  /** Types only. */
  readonly [t]: "match";
}
/** What a path of type T in rows R may be compared with. */
export type Operand<R, T> =
  | T
  | Param
  | Op<T>
  | ColumnRef<Path<R>>
  | (NonNullable<T> extends readonly (infer E)[] ? Contains<E>
    : NonNullable<T> extends string ? Contains<string> | Match
    : never);
/** Paths with what they must equal or satisfy; all of them. */
export type WhereObject<R> = { readonly [P in Path<R>]?: Operand<R, At<R, P>> };
/** What `and`, `or`, `not` and `exists` give. */
export interface Condition<in R> {
  /** Types only. */
  readonly [t]: (row: R) => void;
}
/** A condition on rows R. */
export type Where<R> = WhereObject<R> | Condition<R>;

/** An aggregate over a path. */
export interface Aggregate<F extends string, P extends string> {
  /** Types only. */
  readonly [t]: { f: F; p: P };
}
/** `product("quantity", "price")`, to be summed or averaged. */
export interface Product<P extends string> {
  /** Types only. */
  readonly [t]: { product: P };
}
/** Paths of numbers and bigints. */
export type NumericPath<R> = {
  [P in Path<R>]: NonNullable<At<R, P>> extends number | bigint ? P : never;
}[Path<R>];
/** An aggregate that rows R have. */
export type AggregateOf<R> =
  | Aggregate<"count" | "min" | "max", Path<R>>
  | Aggregate<"sum" | "avg", NumericPath<R>>;
/** What an aggregate gives. */
export type AggregateResult<R, A> = A extends Aggregate<infer F, infer P>
  ? F extends "count" ? number
  : F extends "avg" ? number | null
  : F extends "sum" ? NonNullable<At<R, P>> | null
  : At<R, P> | null
  : never;
/** `{ author: { country } }` for the path `"author.country"`. */
export type NestPath<R, P extends string, V> = P extends keyof R ? { readonly [K in P]: V }
  : P extends `${infer H}.${infer Rest}`
    ? H extends keyof R ? { readonly [K in H]: NestPath<NonNullable<R[H]>, Rest, V> } : never
  : never;
/** The intersection of a union. */
export type Meet<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void ? I
  : never;
/** The rows that `select` of paths gives. */
export type Picked<R, P extends string> = Flat<
  Meet<P extends unknown ? NestPath<R, P, At<R, P>> : never>
>;
/** The rows that `groupBy` gives. */
export type Grouped<R, G extends string, A> = Flat<
  & ([G] extends [never] ? unknown : Meet<G extends unknown ? NestPath<R, G, At<R, G>> : never>)
  & { readonly [K in keyof A]: AggregateResult<R, A[K]> }
>;
/** Rows with what a join adds. */
export type Nest<R, A extends string, C> = Flat<R & { readonly [K in A]: C }>;
/** Paths of values V. */
export type PathOf<R, V> = {
  [P in Path<R>]: NonNullable<At<R, P>> extends V ? P : never;
}[Path<R>];
/** Columns of the new side, each with the path so far that equals it and has its type. */
export type On<C, R> = { readonly [P in keyof C & string]?: PathOf<R, NonNullable<C[P]>> };
/** A name that is no column yet. */
export type Alias<A extends string, R> = A extends keyof R ? never : A;

/**
 * An immutable value: each call gives a new one, with plain data underneath. A pipeline: each
 * call works on the rows that the one before gives.
 */
export interface Query<R> {
  /** Types only. */
  readonly [t]: { out: R };
  /** Keeps the rows that match; after `groupBy` the groups. Not after a window or `select`. */
  where(condition: Where<R>): Query<R>;
  /** Adds a column to order by; the keys follow, in the direction of the last one. */
  orderBy(path: Path<R>, direction?: "asc" | "desc"): Query<R>;
  /** At most `n` rows, after `after` and `offset`; the last call counts. */
  limit(n: number | Param): Query<R>;
  /** Leaves out the first `n` rows; the last call counts. */
  offset(n: number | Param): Query<R>;
  /** Rows after this row or cursor in the query's order; undefined (through a param: null): from the start. */
  after(position: R | string | Param | undefined): Query<R>;
  /** These paths alone; dotted paths nest. */
  select<const P extends Path<R>>(...paths: P[]): Query<Picked<R, P>>;
  /** These paths under other names. */
  select<const M extends Readonly<Record<string, Path<R>>>>(
    names: M,
  ): Query<{ readonly [K in keyof M]: At<R, M[K]> } & unknown>;
  /** Each row once. */
  distinct(): Query<R>;
  /** Rows with each row of `table` that `on` finds; null joins nothing. */
  join<A extends string, C, I, K, U>(
    as: Alias<A, R>,
    table: Table<C, I, K, U>,
    on: On<C, R>,
  ): Query<Nest<R, A, C>>;
  /** The same, with null where there is none. */
  leftJoin<A extends string, C, I, K, U>(
    as: Alias<A, R>,
    table: Table<C, I, K, U>,
    on: On<C, R>,
  ): Query<Nest<R, A, C | null>>;
  /** All rows of `table` that `on` finds, as an array. */
  include<A extends string, C, I, K, U>(
    as: Alias<A, R>,
    table: Table<C, I, K, U>,
    on: On<C, R>,
  ): Query<Nest<R, A, readonly C[]>>;
  /** The children as a query of their own; its limit counts for each parent. */
  include<A extends string, C>(
    as: Alias<A, R>,
    children: Query<C>,
    on: On<C, R>,
  ): Query<Nest<R, A, readonly C[]>>;
  /** One row for each different set of values at `paths`; `[]` gives exactly one. */
  groupBy<const G extends Path<R>, A extends Record<string, AggregateOf<R>>>(
    paths: readonly G[],
    aggregates: A,
  ): Query<Grouped<R, G, A>>;
  /** Fills params; a missing or unknown name is a TypeError when it is run. */
  with(values: Readonly<Record<string, unknown>>): Query<R>;
  /** Plain JSON data that `parseQuery` reads. */
  toJSON(): unknown;
  /** Equal for equal queries, across runs and versions of the same major. */
  readonly hash: string;
}
