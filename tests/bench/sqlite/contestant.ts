/**
 * What each contestant of the SQLite benchmark does, as its documentation advises.
 *
 * @module
 */
import type { Maybe } from "../contestant.ts";
import type { Todo } from "../rows.ts";

/** Where the rows are kept; `relaxed` and `strict` are files in WAL mode. */
export type Place = "memory" | "relaxed" | "strict";

/** A job of a queue. */
export interface Job {
  readonly id: string;
  readonly status: string;
  readonly priority: number;
}

/** A row as the contestant gives it: where nothing decodes them, booleans are 0 and 1. */
export type Found = { readonly [K in keyof Todo]: Todo[K] | number };

/** A database with the rows in it. What is not there the contestant does not take part in. */
export interface Opened {
  get(id: string): Maybe<Found | undefined>;
  /** By a query that is built for each call. */
  query?(id: string): Maybe<Found | undefined>;
  /** The rows with a priority from `from` to `to`, in that order. */
  range?(from: number, to: number): Maybe<readonly Found[]>;
  /** The 20 rows after a row, by priority and id. */
  page?(after: Todo): Maybe<readonly Found[]>;
  /** Inserts in one transaction; gives the rows where the contestant does. */
  insert?(rows: readonly Todo[]): Maybe<unknown>;
  insertOne?(row: Todo): Maybe<unknown>;
  /** Reads the row and adds 1 to its amount, in a transaction that writes. */
  increment?(id: string): Maybe<unknown>;
  /** Sets the owner of the rows with a priority under `end`. */
  setOwner?(end: number, owner: string): Maybe<unknown>;
  /** Takes the waiting job of the least priority. */
  claim?(): Maybe<Partial<Job> | undefined>;
  close(): Maybe<void>;
}

export interface Contestant {
  readonly name: string;
  /** The places that it is measured in. */
  readonly places: readonly Place[];
  /** Opens a new database at `path`, with the tables and without rows. */
  open(path: string, place: Place): Promise<Filled>;
}

/** A database, and how statements are run on it beside what is measured. */
export interface Filled {
  readonly opened: Opened;
  /** Runs SQL. */
  exec(sql: string): Maybe<unknown>;
}
