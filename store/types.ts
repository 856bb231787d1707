import type { At, Path } from "../query/mod.ts";
import type { Lives, ReadonlySignal, SourceOptions, Verbs, WriteOptions } from "../engine/mod.ts";

/** What a function of a synchronous transaction may return: anything but a promise. */
export type Sync<T> = T extends PromiseLike<unknown>
  ? { error: "A store transaction is synchronous: do not return a promise" }
  : T;

/** The verbs inside a transaction; every read sees its writes. Of no use after it has ended. */
export interface StoreTransaction extends Verbs {
  /** Takes back all that the innermost transaction wrote; `transaction` throws the reason. */
  rollback(reason?: unknown): never;
  /** A savepoint: what it throws takes its own writes back. */
  transaction<T>(fn: (tx: StoreTransaction) => Sync<T>): T;
}

/** Tables and values in memory, with synchronous verbs. */
export interface Store extends Verbs, Lives, Disposable {
  /** Runs `fn` as one commit; when it throws, nothing was written. */
  transaction<T>(fn: (tx: StoreTransaction) => Sync<T>, options?: WriteOptions): T;
  /**
   * Ends an undo step; without any, each transaction is one. The first one ends a step that began
   * with the oldest transaction that could be undone.
   */
  checkpoint(label?: string): void;
  /** Takes the last step back; false when there is none. Commits with an origin are not mine. */
  undo(): boolean;
  /** Does the step again that was taken back last; false when there is none. */
  redo(): boolean;
  /** All rows and values as plain JSON data, with the schema's version. */
  toJSON(): unknown;
  /** Puts what `toJSON` gave in the place of all rows and values, in one commit. */
  fromJSON(data: unknown): void;
}

/** What a store takes. */
export interface StoreOptions extends SourceOptions {
  /** By table: the most rows, and how long a row stays after it was written, in milliseconds. */
  readonly evict?: Readonly<Record<string, { readonly maxRows?: number; readonly ttlMs?: number }>>;
  /** How many steps can be undone. @default 100 */
  readonly undoSteps?: number;
}

/** The smallest store: one value, with paths and subscribers. */
export interface Ref<T> extends ReadonlySignal<T> {
  /** The value; setting it tells the subscribers. */
  value: T;
  /** The value at a dotted path. */
  get<const P extends Path<T>>(path: P): At<T, P>;
  /** Sets the value at a dotted path; what is around it is copied. */
  set<const P extends Path<T>>(path: P, value: At<T, P>): void;
  /** Sets the value to what `fn` makes of it. */
  update(fn: (value: T) => T): void;
  /** A store of its own; without a schema, reading it is a TypeError. */
  readonly store: Store;
}
