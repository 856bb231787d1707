import type { Maybe } from "../../db/driver.ts";

/** Bytes of frames. */
export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * What a step of {@linkcode LogStorage} finds: the frames of commits after the one that was seen last,
 * or all frames where those were folded away.
 */
export type News =
  | { readonly whole: false; readonly frames: readonly Bytes[] }
  | { readonly whole: true; readonly frames: Bytes };

/**
 * Where a resident database keeps its bytes: a snapshot, and the commits after it in a log. The `seq` of
 * a commit is its place in the log.
 */
export interface LogStorage {
  /** All frames one after the other: the snapshot, then the log; empty when there is no database. */
  load(): Promise<Bytes>;
  /**
   * While nobody else writes: calls `fn` with what came after `seq`, and appends the frames that it
   * gives, all or none; durable as the storage was opened. What `fn` throws, nothing is written.
   */
  step(seq: number, fn: (news: News) => readonly Bytes[]): Promise<void>;
  /**
   * Puts a snapshot of everything up to `seq` in the place of the old one and of the log up to there.
   * Commits that came since stay. With `alone` it does so only when none came: false when one did.
   */
  fold(seq: number, snapshot: readonly Bytes[], alone: boolean): Promise<boolean>;
  /** Whether somebody else may have written since the last step; cheap. */
  moved(): Maybe<boolean>;
  /** Calls `told` when somebody else has written, as soon as that can be known; gives what ends it. */
  listen(told: () => void): () => void;
  /** Bytes that the log takes, and all of it. */
  readonly sizes: { readonly log: number; readonly all: number };
  close(): Promise<void>;
}
