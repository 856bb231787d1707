import type { Maybe } from "../../db/driver.ts";
import type { Frame } from "./frame.ts";

/** Bytes of frames. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What was written after the commit that was seen last. */
export interface News {
  /** Whether commits after that one were folded away, so that these are all frames there are. */
  readonly whole: boolean;
  /** Otherwise those of commits, some of which may have been seen, and of unknown kinds. */
  readonly frames: readonly Frame[];
}

/**
 * Where a resident database keeps its bytes: a snapshot, and the commits after it in a log. `seq` gives
 * the number of the commit that was seen last, asked when it is needed. One method that takes a function
 * runs at a time, and has ended when its promise is settled.
 */
export interface LogStorage {
  /** All frames: the snapshot, then the log; none when there is no database. */
  load(): Promise<readonly Frame[]>;
  /** Calls `take` with what came after `seq`. */
  catchUp(seq: () => number, take: (news: News) => void): Promise<void>;
  /**
   * While nobody else writes or has reserved it: calls `fn` with what came after `seq`, and appends the
   * commits that it gives, one a frame, all or none; durable as the storage was opened. What `fn` throws,
   * nothing is written. `fn` may be called again where nothing has come of it. Where there is no space for
   * the commits alone, `whole` gives a snapshot with them, called right after `fn`; undefined where that
   * would take more.
   */
  step(
    seq: () => number,
    fn: (news: News) => readonly Bytes[],
    whole?: () => readonly Bytes[] | undefined,
  ): Promise<void>;
  /**
   * Nobody else makes a step from now on until one was made here that writes, or what this gives is
   * called, but for `ms` milliseconds at most. It keeps transactions from starving; nothing rests on it.
   */
  reserve(ms: number): Promise<() => void>;
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
