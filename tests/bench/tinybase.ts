/**
 * TinyBase: rows set in one transaction (the fastest of its ways, ahead of `setTable`), its
 * Queries and Indexes modules for what they are for.
 *
 * @module
 */
import { createIndexes, createQueries, createStore } from "tinybase";
import type { Contestant, Loaded } from "./contestant.ts";
import type { Todo } from "./rows.ts";

const LIMIT = 20;

export const tinybase: Contestant = {
  name: "tinybase",
  load(rows: readonly Todo[], { indexed }: { readonly indexed: boolean }): Loaded {
    const store = createStore();
    store.transaction(() => {
      for (const { id, title, status, owner, priority, amount, done } of rows) {
        store.setRow("todos", id, { title, status, owner, priority, amount, done });
      }
    });
    const rowsOf = (ids: readonly string[]): readonly Partial<Todo>[] =>
      ids.map((id) => ({ id, ...store.getRow("todos", id) }));

    const queries = createQueries(store);
    const byQuery = (status: string): readonly Partial<Todo>[] => {
      queries.setQueryDefinition("top", "todos", ({ select, where }) => {
        select("amount");
        where("status", status);
        where("done", false);
      });
      const ids = queries.getResultSortedRowIds("top", "amount", true, 0, LIMIT);
      queries.delQueryDefinition("top");
      return rowsOf(ids);
    };

    // One slice per status and done, each sorted by amount; built on first use here too.
    const indexes = createIndexes(store);
    const byIndex = (status: string): readonly Partial<Todo>[] => {
      if (!indexes.hasIndex("top")) {
        const slice = (getCell: (cell: string) => unknown): string =>
          `${getCell("status")} ${getCell("done")}`;
        indexes.setIndexDefinition("top", "todos", slice, "amount");
      }
      return rowsOf(indexes.getSliceRowIds("top", `${status} false`).slice(-LIMIT).reverse());
    };
    return {
      get size(): number {
        return store.getRowCount("todos");
      },
      get: (id: string) => store.getRow("todos", id),
      top: indexed ? byIndex : byQuery,
      update(ids: readonly string[], priority: number): void {
        for (const id of ids) store.setCell("todos", id, "priority", priority++);
      },
      close(): void {
        queries.destroy();
        indexes.destroy();
      },
    };
  },
};
