import type {
  Commit,
  InsertOptions,
  PatchOf,
  Plan,
  Query,
  Table,
  UpdateOptions,
  Where,
  WriteOptions,
} from "../../mod.ts";

/** The verbs of an asynchronous source, as far as the suites use them. */
export interface AsyncVerbs {
  get<R, I, K, U>(table: Table<R, I, K, U>, key: NoInfer<K>): Promise<R | undefined>;
  getMany<R, I, K, U>(
    table: Table<R, I, K, U>,
    keys: readonly NoInfer<K>[],
  ): Promise<(R | undefined)[]>;
  all<R>(query: Query<R>): Promise<R[]>;
  first<R>(query: Query<R>): Promise<R | undefined>;
  count<R>(query: Query<R>): Promise<number>;
  has<R>(query: Query<R>): Promise<boolean>;
  getValue(name: string): Promise<unknown>;
  explain<R>(query: Query<R>): Promise<Plan>;
  insert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: InsertOptions<R>,
  ): Promise<V extends readonly unknown[] ? R[] : R>;
  upsert<R, I, K, U, V extends I | readonly I[]>(
    table: Table<R, I, K, U>,
    rows: V & (I | readonly I[]),
    options?: WriteOptions & { on?: readonly (keyof R & string)[] },
  ): Promise<V extends readonly unknown[] ? R[] : R>;
  replace<R, I, K, U>(table: Table<R, I, K, U>, row: I, options?: WriteOptions): Promise<R>;
  update<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    patch: PatchOf<U> | ((row: R) => PatchOf<U>),
    options?: UpdateOptions<R>,
  ): Promise<R | undefined>;
  updateAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    patch: PatchOf<U>,
    options?: WriteOptions,
  ): Promise<number>;
  delete<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
    options?: UpdateOptions<R>,
  ): Promise<boolean>;
  deleteAll<R, I, K, U>(
    table: Table<R, I, K, U>,
    where: Where<NoInfer<R>>,
    options?: WriteOptions,
  ): Promise<number>;
  claim<R>(
    query: Query<R>,
    patch: Readonly<Record<string, unknown>>,
    options?: WriteOptions,
  ): Promise<R[]>;
  setValue(name: string, value: unknown, options?: WriteOptions): Promise<void>;
}

export interface AsyncTransaction extends AsyncVerbs {
  readonly attempt: number;
  rollback(reason?: unknown): never;
  transaction<T>(fn: (tx: AsyncTransaction) => Promise<T>): Promise<T>;
}

/** What the suites need of a database. */
export interface AsyncSource extends AsyncVerbs, AsyncDisposable {
  iterate<R>(query: Query<R>): AsyncIterable<R>;
  transaction<T>(fn: (tx: AsyncTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  changes(listener: (commit: Commit) => void): () => void;
  close(): Promise<void>;
}
