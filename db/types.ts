import type { PatchOf, Table } from "../schema/mod.ts";
import type { Query, Where } from "../query/mod.ts";
import type {
  InsertOptions,
  Lives,
  Plan,
  SourceOptions,
  UpdateOptions,
  WriteOptions,
} from "../engine/mod.ts";

/** What every read takes. */
export interface ReadOptions {
  /** Looked at before a statement and between pages. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which a read is given up with `DataError("timeout")`. */
  readonly timeoutMs?: number;
}

/** What can be read; rejects where a store throws. */
export interface AsyncReads {
  /** The row with a key. */
  get<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: ReadOptions,
  ): Promise<R | undefined>;
  /** The rows with these keys, in their order; undefined where there is none. */
  getMany<R, I, K, U>(
    table: Table<R, I, K, U>,
    keys: readonly NoInfer<K>[],
    options?: ReadOptions,
  ): Promise<(R | undefined)[]>;
  /** The rows of a query, in its order. */
  all<R>(query: Query<R>, options?: ReadOptions): Promise<R[]>;
  /** The first row of a query. */
  first<R>(query: Query<R>, options?: ReadOptions): Promise<R | undefined>;
  /** How many rows `all` would return, limit included. */
  count<R>(query: Query<R>, options?: ReadOptions): Promise<number>;
  /** Whether `all` would return any row. */
  has<R>(query: Query<R>, options?: ReadOptions): Promise<boolean>;
  /**
   * The rows of a query, read in pages by key: each page is consistent, and no row that stays as it is
   * is missed or given twice. Groups and distinct rows are read at once.
   */
  iterate<R>(query: Query<R>, options?: ReadOptions): AsyncIterable<R>;
  /** A value of the schema; null where it was never set and has no default. */
  getValue(name: string): Promise<unknown>;
  /** How a query would run. */
  explain<R>(query: Query<R>): Promise<Plan>;
}

/** What can be read and written. A call is atomic: all of it or nothing. */
export interface AsyncVerbs extends AsyncReads {
  /** Inserts one row or many; gives the rows with their defaults. */
  insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): Promise<V extends readonly unknown[] ? R[] : R>;
  /** Updates the given columns of the row with that key, or inserts. */
  upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): Promise<V extends readonly unknown[] ? R[] : R>;
  /** The whole row, defaults for what is left out. */
  replace<R, I, K, U>(table: Table<R, I, K, U>, row: I, options?: WriteOptions): Promise<R>;
  /** Patches the row with a key; gives it, or undefined when there is none. */
  update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): Promise<R | undefined>;
  /** Patches all rows that match; gives their number. */
  updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): Promise<number>;
  /** Deletes the row with a key; false when there is none. */
  delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): Promise<boolean>;
  /** Deletes all rows that match; gives their number. */
  deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): Promise<number>;
  /** The first rows of `query` that are still as asked, changed in one step; for job queues. */
  claim<R>(
    query: Query<R>,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Promise<R[]>;
  /** Sets a value of the schema. */
  setValue(name: string, value: unknown, options?: WriteOptions): Promise<void>;
}

/** What a transaction takes. */
export interface TransactionOptions extends WriteOptions {
  /** How often the function is run again when others were first. @default 20 */
  readonly retries?: number;
  /** How long a transaction that has lost 3 runs keeps others waiting, in milliseconds. @default 1000 */
  readonly waitMs?: number;
  /** Abandons the transaction; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The verbs inside a transaction; reads see its writes. Of no use after it has ended. */
export interface Transaction extends AsyncVerbs {
  /** 1 for the first run of the function, then 2, 3... */
  readonly attempt: number;
  /** Takes back all that the innermost transaction wrote; `transaction` rejects with the reason. */
  rollback(reason?: unknown): never;
  /** A savepoint: when its function throws, its own writes are taken back. */
  transaction<T>(fn: (tx: Transaction) => Promise<T>): Promise<T>;
}

/** Tables and values on a driver. */
export interface Database extends AsyncVerbs, Lives, AsyncDisposable {
  /** The number of the last commit. */
  readonly seq: number;
  /**
   * Runs `fn` with a consistent state and writes that are held back, then commits them at once. When
   * somebody else changed what it read, it is run again.
   */
  transaction<T>(fn: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Differences between the stored layout and the schema. */
  check(): Promise<readonly { readonly table: string; readonly problem: string }[]>;
  /** Waits for what runs, then closes. */
  close(): Promise<void>;
  /** Resolves when the database is closed: by `close`, because a newer version took over, or lost. */
  readonly closed: Promise<{ readonly reason: "close" | "version" | "lost" }>;
}

/** What `openDatabase` takes. */
export interface OpenOptions extends SourceOptions {
  /**
   * What is there after a crash: `strict` all that was acknowledged, `relaxed` maybe not the last
   * moments; never half a commit. @default "relaxed"
   */
  readonly durability?: "relaxed" | "strict";
  /** Use tables that others made, without altering them. */
  readonly adopt?: boolean;
  /** Gives up opening. */
  readonly signal?: AbortSignal;
}
