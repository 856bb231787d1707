/**
 * The rows of the memory benchmark: an id and six cells.
 *
 * @module
 */
import { shuffled } from "./random.ts";

export interface Todo {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly owner: string;
  readonly priority: number;
  /** Differs in every row, so that an order by it has no ties. */
  readonly amount: number;
  readonly done: boolean;
}

export const ROWS = 100_000;

export const STATUSES = [
  "open",
  "active",
  "waiting",
  "blocked",
  "review",
  "accepted",
  "rejected",
  "archived",
] as const;

/**
 * Parsed from JSON, as rows come from a server: flat strings, objects of one shape. Ids ascend,
 * as ids made by time do.
 */
export function makeRows(count: number): Todo[] {
  const amounts = shuffled(count, 1);
  const priorities = shuffled(count, 2);
  const rows = Array.from({ length: count }, (_, i): Todo => ({
    id: `todo-${String(i).padStart(6, "0")}`,
    title: `Task number ${i}`,
    status: STATUSES[(priorities[i] ?? 0) % 8] ?? "open",
    owner: `user-${(i * 31) % 1_000}`,
    priority: priorities[i] ?? 0,
    amount: (amounts[i] ?? 0) / 4 + 0.25,
    done: (amounts[i] ?? 0) % 3 === 0,
  }));
  return JSON.parse(JSON.stringify(rows));
}
