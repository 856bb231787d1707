/**
 * Drizzle, on its session for better-sqlite3 over node:sqlite: by its builder, and by queries that are
 * prepared once.
 *
 * @module
 */
import { and, asc, between, eq, gt, gte, lt, or, sql } from "drizzle-orm";
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session";
import {
  BaseSQLiteDatabase,
  index,
  integer,
  real,
  SQLiteSyncDialect,
  sqliteTable,
  text,
} from "drizzle-orm/sqlite-core";
import { Better } from "./better.ts";
import type { Contestant, Filled } from "./contestant.ts";
import { openClient, TABLES } from "./schema.ts";

const columns = () => ({
  id: text().primaryKey(),
  title: text().notNull(),
  status: text().notNull(),
  owner: text().notNull(),
  priority: integer().notNull(),
  amount: real().notNull(),
  done: integer({ mode: "boolean" }).notNull(),
});
const todos = sqliteTable("todos", columns(), (t) => [index("p").on(t.priority, t.id)]);
const fresh = sqliteTable("fresh", columns());
const jobs = sqliteTable("jobs", {
  id: text().primaryKey(),
  status: text().notNull(),
  priority: integer().notNull(),
});

/** As many as fit into the parameters of a statement. */
const MOST_ROWS = 1_000;

/** What `drizzle()` of its entry point makes; that one imports better-sqlite3 itself. */
function connect(better: Better): BaseSQLiteDatabase<"sync", unknown> {
  const dialect = new SQLiteSyncDialect();
  // It calls no more than `Better` has.
  const session = new BetterSQLiteSession(better as never, dialect, undefined);
  return new BaseSQLiteDatabase("sync", dialect, session as never, undefined);
}

function open(path: string, place: Parameters<typeof openClient>[1]) {
  const client = openClient(path, place);
  for (const text of TABLES) client.exec(text);
  return { client, db: connect(new Better(client)) };
}

export const drizzle: Contestant = {
  name: "drizzle",
  places: ["memory", "relaxed"],
  open(path, place): Promise<Filled> {
    const { client, db } = open(path, place);
    const get = (id: string) => db.select().from(todos).where(eq(todos.id, id)).get();
    return Promise.resolve({
      exec: (sql) => client.exec(sql),
      opened: {
        get,
        query: get,
        range: (from, to) =>
          db.select().from(todos).where(between(todos.priority, from, to))
            .orderBy(asc(todos.priority), asc(todos.id)).all(),
        page: ({ priority, id }) =>
          db.select().from(todos)
            .where(
              and(
                gte(todos.priority, priority),
                or(gt(todos.priority, priority), gt(todos.id, id)),
              ),
            )
            .orderBy(asc(todos.priority), asc(todos.id)).limit(20).all(),
        insert: (rows) =>
          db.transaction((tx) => {
            for (let at = 0; at < rows.length; at += MOST_ROWS) {
              tx.insert(fresh).values(rows.slice(at, at + MOST_ROWS)).run();
            }
          }),
        insertOne: (row) => db.insert(todos).values(row).run(),
        increment: (id) =>
          db.transaction((tx) => {
            const row = tx.select({ amount: todos.amount }).from(todos).where(eq(todos.id, id))
              .get();
            tx.update(todos).set({ amount: (row?.amount ?? 0) + 1 }).where(eq(todos.id, id)).run();
          }, { behavior: "immediate" }),
        setOwner: (end, owner) =>
          db.update(todos).set({ owner }).where(lt(todos.priority, end)).run(),
        claim() {
          const next = db.select({ id: jobs.id }).from(jobs).where(eq(jobs.status, "waiting"))
            .orderBy(asc(jobs.priority), asc(jobs.id)).limit(1);
          return db.update(jobs).set({ status: "taken" }).where(eq(jobs.id, next))
            .returning().get();
        },
        close: () => client.close(),
      },
    });
  },
};

export const drizzlePrepared: Contestant = {
  name: "drizzle prepared",
  places: ["memory", "relaxed"],
  open(path, place): Promise<Filled> {
    const { client, db } = open(path, place);
    const get = db.select().from(todos).where(eq(todos.id, sql.placeholder("id"))).prepare();
    const range = db.select().from(todos)
      .where(between(todos.priority, sql.placeholder("from"), sql.placeholder("to")))
      .orderBy(asc(todos.priority), asc(todos.id)).prepare();
    return Promise.resolve({
      exec: (sql) => client.exec(sql),
      opened: {
        get: (id) => get.get({ id }),
        range: (from, to) => range.all({ from, to }),
        close: () => client.close(),
      },
    });
  },
};
