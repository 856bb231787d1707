/**
 * The verbs that every synchronous source has.
 *
 * @module
 */
import type { PatchOf, Table } from "../schema/mod.ts";
import type { Query, Where } from "../query/mod.ts";
import type { Plan } from "./explain.ts";

/** What every source takes. */
export interface SourceOptions {
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** A number from 0 up to 1, for ids. @default the platform's secure randomness */
  readonly random?: () => number;
  /** Called after each query and write; costs nothing when absent. */
  readonly onQuery?: (
    event: {
      readonly query?: Query<unknown>;
      readonly verb: string;
      readonly ms: number;
      readonly rows: number;
      readonly plan: () => Plan | Promise<Plan>;
      readonly source: string;
    },
  ) => void;
}

/** What every write takes. */
export interface WriteOptions {
  /** At most 64 characters; listeners see it and can tell their own echo. */
  readonly origin?: string;
}
/** What an insert takes. */
export interface InsertOptions<R> extends WriteOptions {
  /** `"ignore"` gives the row that is there. @default "error" */
  readonly onConflict?: "error" | "ignore" | {
    readonly columns: readonly (keyof R & string)[];
    readonly update: "all" | readonly (keyof R & string)[];
  };
}
/** What an update or a delete takes. */
export interface UpdateOptions<R> extends WriteOptions {
  /** Compare-and-set: DataError("conflict") when the stored row does not match. */
  readonly if?: Where<R>;
}

/** What can be read. */
export interface Reads {
  /** The row with a key. */
  get<R, I, K, U>(table: Table<R, I, K, U>, key: NoInfer<K>): R | undefined;
  /** The rows with these keys, in their order; undefined where there is none. */
  getMany<R, I, K, U>(table: Table<R, I, K, U>, keys: readonly NoInfer<K>[]): (R | undefined)[];
  /** The rows of a query, in its order. */
  all<R>(query: Query<R>): R[];
  /** The first row of a query. */
  first<R>(query: Query<R>): R | undefined;
  /** How many rows `all` would return, limit included. */
  count<R>(query: Query<R>): number;
  /** Whether `all` would return any row. */
  has<R>(query: Query<R>): boolean;
  /** The rows of a query one by one, as they were at the first. */
  iterate<R>(query: Query<R>): Iterable<R>;
  /** A value of the schema; null where it was never set and has no default. */
  getValue(name: string): unknown;
  /** How a query would run. */
  explain<R>(query: Query<R>): Plan;
}

/** What can be read and written. A call is atomic: all of it or nothing. */
export interface Verbs extends Reads {
  /** Inserts one row or many; gives the rows with their defaults. */
  insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): V extends readonly unknown[] ? R[] : R;
  /** Updates the given columns of the row with that key, or inserts. */
  upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): V extends readonly unknown[] ? R[] : R;
  /** The whole row, defaults for what is left out. */
  replace<R, I, K, U>(table: Table<R, I, K, U>, row: I, options?: WriteOptions): R;
  /** Patches the row with a key; gives it, or undefined when there is none. */
  update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): R | undefined;
  /** Patches all rows that match; gives their number. */
  updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): number;
  /** Deletes the row with a key; false when there is none. */
  delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): boolean;
  /** Deletes all rows that match; gives their number. */
  deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): number;
  /** The first rows of `query` that are still as asked, changed in one step; for job queues. */
  claim<R>(query: Query<R>, patch: Readonly<Record<string, unknown>>, options?: WriteOptions): R[];
  /** Sets a value of the schema. */
  setValue(name: string, value: unknown, options?: WriteOptions): void;
}
