/**
 * TanStack DB: a local-only collection and a live query collection over it, with and without an
 * index on the column of the order.
 *
 * @module
 */
import {
  and,
  BasicIndex,
  count,
  createCollection,
  createLiveQueryCollection,
  eq,
  gte,
  localOnlyCollectionOptions,
  sum,
} from "@tanstack/db";
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

// As an app is built: without the suggestions that development prints.
Deno.env.set("NODE_ENV", "production");

function openTodos(rows: readonly Todo[], indexed: boolean) {
  const todos = createCollection(
    localOnlyCollectionOptions({ getKey: (row: Todo) => row.id, initialData: [...rows] }),
  );
  if (indexed) todos.createIndex((row) => row.amount, { indexType: BasicIndex });
  return todos;
}

function liveOf(todos: ReturnType<typeof openTodos>, work: LiveWork, least: number) {
  if (work === "window") {
    return createLiveQueryCollection((q) =>
      q.from({ todo: todos })
        .where(({ todo }) => and(eq(todo.status, WINDOW_STATUS), eq(todo.done, false)))
        .orderBy(({ todo }) => todo.amount, "desc").limit(WINDOW_SIZE)
    );
  }
  if (work === "filter") {
    return createLiveQueryCollection((q) =>
      q.from({ todo: todos }).where(({ todo }) => gte(todo.priority, least))
    );
  }
  return createLiveQueryCollection((q) =>
    q.from({ todo: todos }).groupBy(({ todo }) => todo.status).select(({ todo }) => ({
      status: todo.status,
      n: count(todo.id),
      total: sum(todo.amount),
    }))
  );
}

function contestant(name: string, indexed: boolean, works: readonly LiveWork[]): LiveContestant {
  return {
    ...{ name, works },
    async open(rows: readonly Todo[], work: LiveWork): Promise<LiveRun> {
      const todos = openTodos(rows, indexed);
      const live = liveOf(todos, work, leastPriority(rows));
      let told = 0;
      // The three kinds have rows of their own; here they only are listened to and read.
      const watched = live as unknown as {
        subscribeChanges(listener: () => void): unknown;
        preload(): Promise<void>;
        cleanup(): Promise<void>;
        readonly toArray: readonly Record<string, unknown>[];
      };
      watched.subscribeChanges(() => told++);
      await watched.preload();
      const write = ({ id, amount, priority }: Patch) =>
        todos.update(id, (draft: { amount: number; priority: number }) => {
          if (amount !== undefined) draft.amount = amount;
          if (priority !== undefined) draft.priority = priority;
        }).isPersisted.promise;
      return {
        write,
        batch(patches) {
          const byId = new Map(patches.map((patch) => [patch.id, patch]));
          return todos.update([...byId.keys()], (drafts) => {
            for (const draft of drafts as { id: string; amount: number; priority: number }[]) {
              const { amount, priority } = byId.get(draft.id) ?? {};
              if (amount !== undefined) draft.amount = amount;
              if (priority !== undefined) draft.priority = priority;
            }
          }).isPersisted.promise;
        },
        get told() {
          return told;
        },
        result() {
          const rows = watched.toArray;
          if (work === "window") return rows.map(({ id }) => String(id));
          if (work === "filter") return rows.map(({ id }) => String(id)).sort();
          return rows.map(({ status, n, total }) =>
            groupText(String(status), Number(n), Number(total))
          ).sort();
        },
        close: () => void watched.cleanup(),
      };
    },
  };
}

export const liveTanstack: LiveContestant = contestant("tanstack db", false, [
  ...["window", "filter", "groups"] as const,
]);
export const liveTanstackIndexed: LiveContestant = contestant("tanstack db, index", true, [
  "window",
]);
