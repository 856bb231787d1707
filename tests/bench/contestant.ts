/**
 * What each contestant of the memory benchmark does, as its documentation advises.
 *
 * @module
 */
import type { Todo } from "./rows.ts";

/** One that is asynchronous gives a promise; the harness awaits it inside the time. */
export type Maybe<T> = T | Promise<T>;

export interface Loaded {
  readonly size: number;
  /** The row or what the contestant gives for one. */
  get(id: string): Partial<Todo> | undefined;
  /** The twenty rows of that status, not done, with the largest amounts, largest first. */
  top(status: string): Maybe<readonly Partial<Todo>[]>;
  /** Sets priorities, each by a write of its own. */
  update(ids: readonly string[], priority: number): Maybe<unknown>;
  close(): void;
}

export interface Contestant {
  readonly name: string;
  /** `indexed`: able to use an index for {@linkcode Loaded.top}; it may be built later. */
  load(rows: readonly Todo[], options: { readonly indexed: boolean }): Loaded;
}
