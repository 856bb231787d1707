/**
 * @module
 */
import type { Plan } from "@strata/data";

/** Rows, with who gave them and how. */
export interface Answer<R> extends Report {
  /** The query, as its hash. */
  readonly hash: string;
  readonly rows: readonly R[];
}

export interface Report {
  /** `"SQLite, server"`, `"IndexedDB"`. */
  readonly source: string;
  /** From question to rows, as whoever asked saw it. */
  readonly ms: number;
  readonly plan: Plan | undefined;
}
