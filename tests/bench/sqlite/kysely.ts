/**
 * Kysely, on its own SQLite dialect over node:sqlite.
 *
 * @module
 */
import { Kysely, SqliteDialect } from "kysely";
import type { Todo } from "../rows.ts";
import { Better } from "./better.ts";
import type { Contestant, Found, Job } from "./contestant.ts";
import { openClient, TABLES } from "./schema.ts";

interface Tables {
  todos: { [K in keyof Found]: Todo[K] extends boolean ? number : Todo[K] };
  fresh: { [K in keyof Found]: Todo[K] extends boolean ? number : Todo[K] };
  jobs: Job;
}

/** As many as fit into the parameters of a statement. */
const MOST_ROWS = 1_000;

const cells = (row: Todo): Tables["todos"] => ({ ...row, done: row.done ? 1 : 0 });

export const kysely: Contestant = {
  name: "kysely",
  places: ["memory", "relaxed"],
  open(path, place) {
    const client = openClient(path, place);
    for (const text of TABLES) client.exec(text);
    const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: new Better(client) }) });
    const get = (id: string) =>
      db.selectFrom("todos").selectAll().where("id", "=", id).executeTakeFirst();
    return Promise.resolve({
      exec: (sql) => client.exec(sql),
      opened: {
        get,
        query: get,
        range: (from, to) =>
          db.selectFrom("todos").selectAll()
            .where("priority", ">=", from).where("priority", "<=", to)
            .orderBy("priority").orderBy("id").execute(),
        page: ({ priority, id }) =>
          db.selectFrom("todos").selectAll()
            .where("priority", ">=", priority)
            .where((eb) => eb.or([eb("priority", ">", priority), eb("id", ">", id)]))
            .orderBy("priority").orderBy("id").limit(20).execute(),
        insert: (rows) =>
          db.transaction().execute(async (tx) => {
            for (let at = 0; at < rows.length; at += MOST_ROWS) {
              const part = rows.slice(at, at + MOST_ROWS).map(cells);
              await tx.insertInto("fresh").values(part).execute();
            }
          }),
        insertOne: (row) => db.insertInto("todos").values(cells(row)).execute(),
        increment: (id) =>
          db.transaction().execute(async (tx) => {
            const { amount } = await tx.selectFrom("todos").select("amount").where("id", "=", id)
              .executeTakeFirstOrThrow();
            await tx.updateTable("todos").set({ amount: amount + 1 }).where("id", "=", id)
              .execute();
          }),
        setOwner: (end, owner) =>
          db.updateTable("todos").set({ owner }).where("priority", "<", end).execute(),
        claim: () =>
          db.updateTable("jobs").set({ status: "taken" })
            .where("id", "=", (eb) =>
              eb.selectFrom("jobs").select("id").where("status", "=", "waiting")
                .orderBy("priority").orderBy("id").limit(1))
            .returningAll().executeTakeFirst(),
        close: () => db.destroy(),
      },
    });
  },
};
