/**
 * What each contestant of the live benchmark does, as its documentation advises.
 *
 * @module
 */
import type { Maybe } from "./contestant.ts";
import type { Todo } from "./rows.ts";

/**
 * What is kept current: the twenty rows of one status that are not done with the largest
 * amounts; all rows from a priority on; count and sum of amounts by status.
 */
export type LiveWork = "window" | "filter" | "groups";

export const WINDOW_STATUS = "open";
export const WINDOW_SIZE = 20;

/** A new amount, or a new priority. */
export interface Patch {
  readonly id: string;
  readonly amount?: number;
  readonly priority?: number;
}

export interface LiveRun {
  /** One write; it returns when the listener has heard of it. */
  write(patch: Patch): Maybe<unknown>;
  /** Many writes as one step. */
  batch(patches: readonly Patch[]): Maybe<unknown>;
  /** How often the listener heard of something. */
  readonly told: number;
  /** Ids in order of the window, sorted ids of the filter, or `status count sum` sorted. */
  result(): readonly string[];
  close(): void;
}

export interface LiveContestant {
  readonly name: string;
  readonly works: readonly LiveWork[];
  /** How many rows a result of `filter` leaves out. */
  open(rows: readonly Todo[], work: LiveWork): Maybe<LiveRun>;
}

/** The priority from which `filter` takes rows: half of them. */
export function leastPriority(rows: readonly Todo[]): number {
  return rows.length / 2;
}

/** A group as all contestants write it; sums are rounded where engines may differ. */
export function groupText(status: string, count: number, sum: number): string {
  return `${status} ${count} ${sum.toFixed(2)}`;
}
