import type { Bytes } from "./storage.ts";

/** What was read of a database: of its file from a place on. */
export interface OpfsRead {
  /** The number of the file; -1 when there is none, 0 when it is being made. */
  readonly file: number;
  /** Where `bytes` begin. */
  readonly from: number;
  readonly bytes: Bytes;
}

/**
 * The files of one database, a new one for each snapshot: `<name>/log.<number>`. The first one counts, so that
 * removing it is the moment at which the next one takes its place. Who calls has the lock of the database,
 * and calls `release` before it lets that go.
 */
export interface OpfsFiles {
  /** What there is from `from` on in the file with that number; all of another one that took its place. */
  read(file: number, from: number): Promise<OpfsRead>;
  /** Writes into the file that was read, and closes it; what a crash has left behind `at` is cut off. */
  append(at: number, bytes: Bytes, flush: boolean): Promise<void>;
  /** Puts a new file in the place of the one that was read, and closes it; gives its number. */
  replace(bytes: Bytes): Promise<number>;
  /** All bytes of all files. */
  all(): Promise<Bytes>;
  /** Closes what is open. */
  release(): Promise<void>;
  /** Ends it. */
  close(): void;
}

/** A request to a worker: a method, and what it gets. */
export interface OpfsRequest {
  readonly id: number;
  readonly name: string;
  readonly method: Exclude<keyof OpfsFiles, "close">;
  readonly args: readonly unknown[];
}
/** What a worker answers. */
export interface OpfsReply {
  readonly id: number;
  readonly value?: unknown;
  /** The name of the error that it failed with. */
  readonly failed?: string;
}
