/**
 * Strata on libSQL against its client by hand, Kysely and Drizzle, all on such a client: on a file, and on a server
 * that is started for it, over HTTP.
 *
 * `deno task bench:libsql`. It ends with exit code 1 when results differ, not when a target is missed.
 *
 * @module
 */
import { type Client, createClient, type InValue, type Transaction } from "@libsql/client";
import { asc, between, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/libsql";
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { libsqlDriver } from "../../drivers/libsql.ts";
import { startSqld } from "../support/sqld.ts";
import type { Work } from "./harness.ts";
import { makeRows, type Todo } from "./rows.ts";
import { cellsOf, insertText, type Opened } from "./servers/contestant.ts";
import { type Connection, openKysely } from "./servers/kysely.ts";
import { asText, judge } from "./servers/report.ts";
import { openStrata } from "./servers/strata.ts";
import { agree, measure, ROWS } from "./servers/works.ts";

/** What of the client's time Strata may take. */
const LIMIT = 1.1;

const mark = () => "?";

/** The cells of rows, as the client takes them. */
function args(rows: readonly Todo[]): InValue[] {
  // They are texts, numbers and booleans.
  return rows.flatMap(cellsOf) as InValue[];
}

function raw(client: Client): Opened {
  return {
    name: "raw",
    get: async (id) =>
      (await client.execute({ sql: "SELECT * FROM todos WHERE id = ?", args: [id] })).rows[0],
    async range(from, to) {
      const sql = "SELECT * FROM todos WHERE priority BETWEEN ? AND ? ORDER BY priority, id";
      return (await client.execute({ sql, args: [from, to] })).rows;
    },
    batch: (rows) =>
      client.batch([{ sql: insertText(rows.length, mark), args: args(rows) }], "write"),
    async increment(id) {
      const tx = await client.transaction("write");
      const { rows: [row] } = await tx.execute({
        sql: "SELECT amount FROM todos WHERE id = ?",
        args: [id],
      });
      await tx.execute({
        sql: "UPDATE todos SET amount = ? WHERE id = ?",
        args: [Number(row?.["amount"]) + 1, id],
      });
      await tx.commit();
    },
  };
}

function connect(client: Client): Connection {
  let own: Transaction | undefined;
  return {
    async run(sql, parameters) {
      // Kysely gives what was put in.
      const statement = { sql, args: [...parameters] as InValue[] };
      return (await (own ?? client).execute(statement)).rows;
    },
    async begin() {
      own = await client.transaction("write");
    },
    async commit() {
      await own?.commit();
      own = undefined;
    },
    async rollback() {
      await own?.rollback();
      own = undefined;
    },
  };
}

const todos = sqliteTable("todos", {
  id: text().primaryKey(),
  title: text().notNull(),
  status: text().notNull(),
  owner: text().notNull(),
  priority: integer().notNull(),
  amount: real().notNull(),
  done: integer({ mode: "boolean" }).notNull(),
});

function openDrizzle(client: Client): Opened {
  const db = drizzle({ client });
  return {
    name: "drizzle",
    get: (id) => db.select().from(todos).where(eq(todos.id, id)).get(),
    range: (from, to) =>
      db.select().from(todos).where(between(todos.priority, from, to))
        .orderBy(asc(todos.priority), asc(todos.id)).all(),
    batch: (rows) => db.insert(todos).values([...rows]).run(),
    increment: (id) =>
      db.transaction(async (tx) => {
        const row = await tx.select({ amount: todos.amount }).from(todos).where(eq(todos.id, id))
          .get();
        await tx.update(todos).set({ amount: (row?.amount ?? 0) + 1 }).where(eq(todos.id, id))
          .run();
      }, { behavior: "immediate" }),
  };
}

async function on(url: string, prefix: string, rounds: number): Promise<Work[]> {
  const clients = [1, 2, 3, 4].map(() => createClient({ url }));
  const [first, second, third, fourth] = clients;
  if (!first || !second || !third || !fourth) throw new Error("There are four clients");
  const { opened, close } = await openStrata(libsqlDriver(first));
  const sorted = makeRows(ROWS).sort((a, b) => a.priority - b.priority);
  for (let at = 0; at < sorted.length; at += 1_000) {
    const some = sorted.slice(at, at + 1_000);
    await second.batch([{ sql: insertText(some.length, mark), args: args(some) }], "write");
  }
  const all = [
    raw(second),
    opened,
    openKysely("sqlite", () => connect(third)),
    openDrizzle(fourth),
  ];
  const clear = () => second.execute(`DELETE FROM todos WHERE priority >= ${ROWS}`);
  await agree(all, sorted, clear);
  const works = await measure(all, sorted, clear, prefix, rounds);
  await close();
  for (const client of clients) client.close();
  return works;
}

const rounds = Number(Deno.args[0] ?? 40);
const folder = await Deno.makeTempDir({ prefix: "strata_bench_" });
try {
  await using sqld = await startSqld();
  const works = [
    ...await on(`file:${folder}/data.db`, "file: ", rounds),
    ...await on(sqld.http, "http: ", rounds),
  ];
  console.log(asText(works, judge(works, LIMIT)));
} finally {
  await Deno.remove(folder, { recursive: true });
}
