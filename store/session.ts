import { type MapKey, userKey } from "../schema/key.ts";
import type { PatchOf, StoredRow, Table } from "../schema/mod.ts";
import type { Query, Where } from "../query/mod.ts";
import { queryValue } from "../query/query.ts";
import {
  claimRows,
  deleteRow,
  deleteWhere,
  type Engine,
  explainQuery,
  type InsertOptions,
  insertRows,
  observe,
  type Plan,
  prepare,
  replaceWhole,
  runQuery,
  type SourceOptions,
  type UpdateOptions,
  updateRow,
  updateWhere,
  upsertRows,
  type Verbs,
  windowOf,
  type WriteOptions,
} from "../engine/mod.ts";
import type { TableData } from "../engine/table_data.ts";
import type { Eviction } from "./evict.ts";
import type { StoreTransaction, Sync } from "./types.ts";

/**
 * The verbs over an engine: a store is one, and each of its transactions.
 *
 * Rows leave and enter as plain objects by column name; the engine checks what comes in, so the
 * types that go out hold.
 */
export class Session implements Verbs {
  readonly #engine: Engine;
  readonly #eviction: Eviction | undefined;
  readonly #onQuery: SourceOptions["onQuery"];
  #ended = false;
  /** Why the transaction was rolled back, in a box since the reason may be anything. */
  #rollback: { readonly reason: unknown } | undefined;

  constructor(engine: Engine, eviction: Eviction | undefined, onQuery: SourceOptions["onQuery"]) {
    this.#engine = engine;
    this.#eviction = eviction;
    this.#onQuery = onQuery;
  }

  #check(): void {
    if (this.#ended) {
      throw new TypeError("Cannot use a transaction as it is open: its function has returned");
    }
    this.#engine.check();
  }
  /** Before a read: what has expired goes. */
  #reading(): void {
    if (this.#ended) this.#check();
    this.#eviction?.sweep();
  }
  #write<T>(fn: () => T, options: WriteOptions | undefined): T {
    this.#check();
    this.#eviction?.sweep(); // a key that has expired is free again
    return this.#engine.write(fn, options, true);
  }

  get<R, I, K, U>(table: Table<R, I, K, U>, key: NoInfer<K>): R | undefined {
    const data = this.#engine.data(table);
    const at = userKey(data.def, key);
    if (this.#ended || this.#eviction) return this.#getUsed(data, at) as R | undefined; // its row
    return data.get(at) as R | undefined; // a row of the table, which need not be looked at here
  }
  getMany<R, I, K, U>(table: Table<R, I, K, U>, keys: readonly NoInfer<K>[]): (R | undefined)[] {
    this.#check();
    const data = this.#engine.data(table);
    // Rows of the table, as in get(), which may be observed by itself.
    return Array.from(keys, (key) => this.#getUsed(data, userKey(data.def, key)) as R | undefined);
  }
  #getUsed(data: TableData, key: MapKey): StoredRow | undefined {
    this.#reading();
    const row = data.get(key);
    if (row) this.#eviction?.used(data, [row]);
    return row;
  }
  #rows(query: unknown, limit?: number): StoredRow[] {
    this.#check();
    this.#reading();
    const { bound } = queryValue(query);
    const most = bound.limit;
    const ast = limit === undefined || typeof most === "number" && most <= limit
      ? bound
      : { ...bound, limit };
    const rows = runQuery(this.#engine, ast);
    this.#eviction?.usedBy(ast, rows);
    return rows;
  }
  all<R>(query: Query<R>): R[] {
    return this.#rows(query) as R[]; // rows of the query, as its type says
  }
  first<R>(query: Query<R>): R | undefined {
    return this.#rows(query, 1)[0] as R | undefined; // as above
  }
  count<R>(query: Query<R>): number {
    this.#check();
    this.#reading();
    const { bound } = queryValue(query);
    return prepare(this.#engine, bound).count(windowOf(bound));
  }
  has<R>(query: Query<R>): boolean {
    this.#check();
    this.#reading();
    const { bound } = queryValue(query);
    const window = windowOf(bound);
    return prepare(this.#engine, bound).count({ ...window, limit: Math.min(window.limit, 1) }) > 0;
  }
  iterate<R>(query: Query<R>): Iterable<R> {
    this.#check();
    queryValue(query);
    return (function* (rows: () => StoredRow[]): Generator<R, void, undefined> {
      yield* rows() as R[]; // rows of the query, computed when the first one is asked for
    })(() => this.#rows(query));
  }
  getValue(name: string): unknown {
    this.#check();
    return this.#engine.getValue(name);
  }
  explain<R>(query: Query<R>): Plan {
    this.#check();
    return explainQuery(this.#engine, queryValue(query).bound, "store");
  }

  insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): V extends readonly unknown[] ? R[] : R {
    const { many, list } = asList(rows);
    const result = this.#write(
      () => insertRows(this.#engine, table, list, options?.onConflict),
      options,
    );
    // One row for one input, rows of the table for a list of them.
    return (many ? result : result[0]) as V extends readonly unknown[] ? R[] : R;
  }
  upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): V extends readonly unknown[] ? R[] : R {
    const { many, list } = asList(rows);
    const result = this.#write(() => upsertRows(this.#engine, table, list, options?.on), options);
    return (many ? result : result[0]) as V extends readonly unknown[] ? R[] : R; // as above
  }
  replace<R, I, K, U>(table: Table<R, I, K, U>, row: I, options?: WriteOptions): R {
    return this.#write(() => replaceWhole(this.#engine, table, row), options) as R; // a row of the table
  }
  update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): R | undefined {
    const row = this.#write(() => updateRow(this.#engine, table, key, patch, options?.if), options);
    return row as R | undefined; // a row of the table
  }
  updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): number {
    return this.#write(() => updateWhere(this.#engine, table, where, patch), options);
  }
  delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): boolean {
    return this.#write(() => deleteRow(this.#engine, table, key, options?.if), options);
  }
  deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): number {
    return this.#write(() => deleteWhere(this.#engine, table, where), options);
  }
  claim<R>(query: Query<R>, patch: Readonly<Record<string, unknown>>, options?: WriteOptions): R[] {
    return this.#write(() => [...claimRows(this.#engine, query, patch)], options) as R[]; // rows of the query
  }
  setValue(name: string, value: unknown, options?: WriteOptions): void {
    this.#write(() => this.#engine.setValue(name, value), options);
  }

  transaction<T>(fn: (tx: StoreTransaction) => Sync<T>, options?: WriteOptions): T {
    this.#check();
    this.#eviction?.sweep();
    const tx = new Session(this.#engine, this.#eviction, this.#onQuery);
    if (this.#onQuery) observe(tx, this.#onQuery, "store");
    try {
      return this.#engine.write(() => {
        const result = fn(tx);
        if (tx.#rollback) throw tx.#rollback.reason;
        if (isThenable(result)) {
          Promise.resolve(result).catch(() => {}); // its own failure is not the news
          throw new TypeError(
            "Cannot run a transaction of a store as it is synchronous: its function gave a promise",
          );
        }
        return result as T; // Sync<T> is T for all that is no promise
      }, options);
    } catch (error) {
      // Whatever was made of it on the way out, the reason is what the caller gets.
      throw tx.#rollback ? tx.#rollback.reason : error;
    } finally {
      tx.#ended = true;
    }
  }
  rollback(
    reason: unknown = new Error(
      "Cannot finish the transaction as it was rolled back: no reason was given",
    ),
  ): never {
    this.#rollback = { reason };
    throw reason;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

function asList(rows: unknown): { many: boolean; list: readonly unknown[] } {
  return Array.isArray(rows) ? { many: true, list: rows } : { many: false, list: [rows] };
}
