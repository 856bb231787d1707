/**
 * Strata on its SQLite driver.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import {
  between,
  boolean,
  type Database,
  integer,
  lt,
  openDatabase,
  query,
  real,
  table,
  text,
} from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import type { Contestant, Filled } from "./contestant.ts";

const columns = {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  priority: integer(),
  amount: real(),
  done: boolean(),
};
export const todos = table("todos", columns, { indexes: ["priority"] });
const fresh = table("fresh", columns);
const jobs = table("jobs", { id: text().primaryKey(), status: text(), priority: integer() }, {
  indexes: [["status", "priority"]],
});

const ordered = query(todos).orderBy("priority").limit(20);
const next = query(jobs).where({ status: "waiting" }).orderBy("priority").limit(1);

/** The database with the client that it is on, which is closed after it. */
export async function openStrata(
  path: string,
  durability: "relaxed" | "strict",
): Promise<{ readonly client: DatabaseSync; readonly db: Database }> {
  const client = new DatabaseSync(path);
  const db = await openDatabase({ tables: [todos, fresh, jobs] }, sqliteDriver(client), {
    durability,
  });
  return { client, db };
}

function filled(client: DatabaseSync, db: Database): Filled {
  return {
    exec: (sql) => client.exec(sql),
    opened: {
      get: (id) => db.get(todos, id),
      query: (id) => db.first(query(todos).where({ id })),
      range: (from, to) =>
        db.all(query(todos).where({ priority: between(from, to) }).orderBy("priority")),
      page: (after) => db.all(ordered.after(after)),
      insert: (rows) => db.insert(fresh, rows),
      insertOne: (row) => db.insert(todos, row),
      increment: (id) =>
        db.transaction(async (tx) => {
          const row = await tx.get(todos, id);
          await tx.update(todos, id, { amount: (row?.amount ?? 0) + 1 });
        }),
      setOwner: (end, owner) => db.updateAll(todos, { priority: lt(end) }, { owner }),
      async claim() {
        const [job] = await db.claim(next, { status: "taken" });
        return job;
      },
      async close() {
        await db.close();
        client.close();
      },
    },
  };
}

export const strata: Contestant = {
  name: "strata",
  places: ["memory", "relaxed", "strict"],
  async open(path, place) {
    const { client, db } = await openStrata(path, place === "strict" ? "strict" : "relaxed");
    return filled(client, db);
  },
};

/** The same while somebody hears of every commit. */
export const strataHeard: Contestant = {
  name: "strata, with a listener",
  places: ["memory", "relaxed"],
  async open(path) {
    const { client, db } = await openStrata(path, "relaxed");
    let heard = 0;
    db.changes(({ seq }) => void (heard = seq));
    const { opened, exec } = filled(client, db);
    const { get, insertOne, close } = opened;
    return {
      exec,
      opened: {
        get,
        ...(insertOne && { insertOne }),
        async close() {
          if (heard !== db.seq) {
            throw new Error("Cannot be heard of as the last commit was: it was not");
          }
          await close();
        },
      },
    };
  },
};
