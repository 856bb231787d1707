import { between, boolean, integer, openDatabase, query, real, table, text } from "../../../mod.ts";
import type { Driver } from "../../../db/driver.ts";
import type { Opened } from "./contestant.ts";

const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  priority: integer(),
  amount: real(),
  done: boolean(),
}, { indexes: ["priority"] });

/** Strata, which makes the table that the others use, too; `close` ends it. */
export async function openStrata(
  driver: Driver,
): Promise<{ readonly opened: Opened; close(): Promise<void> }> {
  const db = await openDatabase({ tables: [todos] }, driver);
  return {
    close: () => db.close(),
    opened: {
      name: "strata",
      get: (id) => db.get(todos, id),
      range: (from, to) =>
        db.all(query(todos).where({ priority: between(from, to) }).orderBy("priority")),
      batch: (rows) => db.insert(todos, rows),
      increment: (id) =>
        db.transaction(async (tx) => {
          const row = await tx.get(todos, id);
          await tx.update(todos, id, { amount: (row?.amount ?? 0) + 1 });
        }),
    },
  };
}
