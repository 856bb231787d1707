/**
 * What each contestant of the benchmarks of libSQL and PostgreSQL does, on one client.
 *
 * @module
 */
import type { Todo } from "../rows.ts";

/** A database that has the rows in it. */
export interface Opened {
  readonly name: string;
  get(id: string): Promise<unknown>;
  /** The rows with a priority from `from` to `to`, in that order. */
  range(from: number, to: number): Promise<readonly unknown[]>;
  /** Inserts in one transaction. */
  batch(rows: readonly Todo[]): Promise<unknown>;
  /** Reads a row and adds 1 to its amount, in a transaction. */
  increment(id: string): Promise<unknown>;
}

export const COLUMNS = ["id", "title", "status", "owner", "priority", "amount", "done"] as const;

/** The cells of a row in the order of their columns. */
export function cellsOf(row: Todo): unknown[] {
  return COLUMNS.map((name) => row[name]);
}

/** `INSERT` of some rows at once. */
export function insertText(rows: number, mark: (n: number) => string): string {
  const tuples = Array.from(
    { length: rows },
    (_, i) => `(${COLUMNS.map((_, j) => mark(i * COLUMNS.length + j + 1)).join()})`,
  );
  return `INSERT INTO todos VALUES ${tuples.join()}`;
}
