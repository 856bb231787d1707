/**
 * TinyBase: its Queries module with listeners, as its guides show.
 *
 * @module
 */
import { createQueries, createStore } from "tinybase";
import {
  groupText,
  leastPriority,
  type LiveContestant,
  type LiveRun,
  type LiveWork,
  type Patch,
  WINDOW_SIZE,
  WINDOW_STATUS,
} from "./live_contestant.ts";
import type { Todo } from "./rows.ts";

export const liveTinybase: LiveContestant = {
  name: "tinybase",
  works: ["window", "filter", "groups"],
  open(rows: readonly Todo[], work: LiveWork): LiveRun {
    const store = createStore();
    store.transaction(() => {
      for (const { id, title, status, owner, priority, amount, done } of rows) {
        store.setRow("todos", id, { title, status, owner, priority, amount, done });
      }
    });
    const queries = createQueries(store);
    const least = leastPriority(rows);
    queries.setQueryDefinition("live", "todos", ({ select, where, group }) => {
      if (work === "window") {
        select("amount");
        where("status", WINDOW_STATUS);
        where("done", false);
      } else if (work === "filter") {
        select("title");
        select("priority");
        where((cell) => Number(cell("priority")) >= least);
      } else {
        select("status");
        select("amount");
        select("title");
        group("amount", "sum").as("total");
        group("title", "count").as("n");
      }
    });
    let told = 0;
    if (work === "window") {
      queries.addResultSortedRowIdsListener(
        ...["live", "amount", true, 0, WINDOW_SIZE] as const,
        () => told++,
      );
    } else queries.addResultTableListener("live", () => told++);
    const put = ({ id, amount, priority }: Patch) =>
      priority === undefined
        ? store.setCell("todos", id, "amount", amount ?? 0)
        : store.setCell("todos", id, "priority", priority);
    return {
      write: put,
      batch: (patches) => store.transaction(() => patches.forEach(put)),
      get told() {
        return told;
      },
      result() {
        if (work === "window") {
          return queries.getResultSortedRowIds("live", "amount", true, 0, WINDOW_SIZE);
        }
        if (work === "filter") return [...queries.getResultRowIds("live")].sort();
        return Object.values(queries.getResultTable("live")).map((row) =>
          groupText(String(row.status), Number(row.n), Number(row.total))
        ).sort();
      },
      close: () => queries.destroy(),
    };
  },
};
