/**
 * What the app shows and does, without a word about how it looks.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import { type Database, type LiveQuery, query, type ReadonlySignal, type Row } from "@strata/data";
import { todos } from "./schema.ts";

export type Todo = Row<typeof todos>;
export const FILTERS = ["all", "open", "done"] as const;
export type Filter = typeof FILTERS[number];

/** Live results are signals, so components read them as they read any other. */
export interface TodoList {
  /** What to show; set it, and `shown` is another query. */
  readonly filter: Signal<Filter>;
  readonly shown: LiveQuery<Todo>;
  /** How many are still to be done. */
  readonly left: ReadonlySignal<number | undefined>;
  add(title: string): Promise<Todo>;
  toggle(todo: Todo): Promise<void>;
  /** Deletes those that are done; gives their number. */
  clear(): Promise<number>;
}

export function todoList(db: Database): TodoList {
  const filter = signal<Filter>("all");
  const all = query(todos).orderBy("id");
  return {
    filter,
    shown: db.live(() =>
      filter.value === "all" ? all : all.where({ done: filter.value === "done" })
    ),
    left: db.liveCount(all.where({ done: false })),
    add: (title) => db.insert(todos, { title }),
    async toggle({ id, done }) {
      await db.update(todos, id, { done: !done });
    },
    clear: () => db.deleteAll(todos, { done: true }),
  };
}
