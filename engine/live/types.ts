import type { Query } from "../../query/mod.ts";
import type { Table } from "../../schema/mod.ts";
import type { Commit } from "../commit.ts";
import type { ReadonlySignal } from "../signal.ts";

/** One step from the rows before to the rows after; positions are those at that step. */
export type DeltaOp<R> =
  | { readonly remove: number }
  | { readonly insert: number; readonly row: R }
  | { readonly move: number; readonly to: number; readonly row: R }
  | { readonly change: number; readonly row: R; readonly before: R };

/**
 * The rows of a query as a signal that is kept current. Rows keep their identity, and the array
 * is another one only when something in it is. Work starts with the first watcher and ends with
 * the last; without any, reading the value asks the source.
 */
export interface LiveQuery<R>
  extends ReadonlySignal<readonly R[]>, Disposable, AsyncIterable<readonly R[]> {
  /** A failed query keeps its last rows. */
  readonly status: ReadonlySignal<"loading" | "ready" | "failed">;
  /** Awaiting it counts as watching. */
  readonly ready: Promise<void>;
  /** What the query threw last, while its status is `"failed"`. */
  readonly error: unknown;
  /** Ops to apply in order to the previous rows; gives what ends that. */
  deltas(listener: (ops: readonly DeltaOp<R>[], commit: Commit | undefined) => void): () => void;
  /** Fills the params anew. */
  with(values: Readonly<Record<string, unknown>>): void;
}

/** What is kept current on every source. */
export interface Lives {
  /** A handle of its own on a shared view. A function is rebuilt when signals that it reads change. */
  live<R>(query: Query<R> | (() => Query<R>)): LiveQuery<R>;
  /** The row with a key; undefined while there is none. */
  liveRow<R, I, K, U>(
    table: Table<R, I, K, U>,
    key: NoInfer<K>,
  ): ReadonlySignal<R | undefined> & Disposable;
  /** How many rows a query has. */
  liveCount<R>(query: Query<R>): ReadonlySignal<number | undefined> & Disposable;
  /** A value of the schema. */
  liveValue(name: string): ReadonlySignal<unknown> & Disposable;
  /** Calls the listener after each commit, with its changes; gives what ends that. */
  changes(listener: (commit: Commit) => void): () => void;
}
