/**
 * TanStack DB: a local-only collection with initial data, `queryOnce`, and an index on the
 * column of the order (the fastest of the indexes that it can use for this query).
 *
 * @module
 */
import {
  and,
  BasicIndex,
  createCollection,
  eq,
  localOnlyCollectionOptions,
  queryOnce,
} from "@tanstack/db";
import type { Contestant, Loaded } from "./contestant.ts";
import type { Todo } from "./rows.ts";

// As an app is built: without the suggestions that development prints.
Deno.env.set("NODE_ENV", "production");

export const tanstackDb: Contestant = {
  name: "tanstack db",
  load(rows: readonly Todo[], { indexed }: { readonly indexed: boolean }): Loaded {
    const collection = createCollection(
      localOnlyCollectionOptions({ getKey: (row: Todo) => row.id, initialData: [...rows] }),
    );
    let isBuilt = false;
    return {
      get size(): number {
        return collection.size;
      },
      get: (id: string) => collection.get(id),
      async top(status: string): Promise<readonly Partial<Todo>[]> {
        if (indexed && !isBuilt) {
          collection.createIndex((row) => row.amount, { indexType: BasicIndex });
          isBuilt = true;
        }
        return await queryOnce((q) =>
          q.from({ todo: collection })
            .where(({ todo }) => and(eq(todo.status, status), eq(todo.done, false)))
            .orderBy(({ todo }) => todo.amount, "desc")
            .limit(20)
        );
      },
      async update(ids: readonly string[], priority: number): Promise<void> {
        let persisted: Promise<unknown> | undefined;
        for (const id of ids) {
          persisted = collection.update(id, (draft: { priority: number }) => {
            draft.priority = priority++;
          }).isPersisted.promise;
        }
        await persisted;
      },
      close(): void {
        void collection.cleanup();
      },
    };
  },
};
