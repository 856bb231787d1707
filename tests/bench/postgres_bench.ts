/**
 * Strata on PostgreSQL against postgres.js by hand, Kysely and Drizzle, all on that client and a server that is
 * started for it.
 *
 * `deno task bench:postgres`. It ends with exit code 1 when results differ, not when a target is missed.
 *
 * @module
 */
import { asc, between, eq } from "drizzle-orm";
import { bigint, boolean, doublePrecision, pgTable, text } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { postgresDriver } from "../../drivers/postgres.ts";
import { startCluster } from "../support/postgres/cluster.ts";
import { makeRows } from "./rows.ts";

import { cellsOf, insertText, type Opened } from "./servers/contestant.ts";
import { type Connection, openKysely } from "./servers/kysely.ts";
import { asText, judge } from "./servers/report.ts";
import { openStrata } from "./servers/strata.ts";
import { agree, measure, ROWS } from "./servers/works.ts";

/** What of postgres.js's time Strata may take. */
const LIMIT = 1.15;

type Client = ReturnType<typeof postgres>;

const mark = (n: number) => `$${n}`;

/** Numbers as numbers, as the tables mean them. */
const types = {
  bigint: { to: 20, from: [20], parse: Number, serialize: String },
};

function raw(sql: Client): Opened {
  return {
    name: "raw",
    get: async (id) => (await sql`SELECT * FROM todos WHERE id = ${id}`)[0],
    range: (from, to) =>
      sql`SELECT * FROM todos WHERE priority BETWEEN ${from} AND ${to} ORDER BY priority, id`,
    batch: (rows) => sql`INSERT INTO todos ${sql(rows)}`,
    increment: (id) =>
      sql.begin(async (tx) => {
        const [row] = await tx`SELECT amount FROM todos WHERE id = ${id} FOR UPDATE`;
        await tx`UPDATE todos SET amount = ${Number(row?.["amount"]) + 1} WHERE id = ${id}`;
      }),
  };
}

/** Each transaction is on a connection of its own. */
function connect(sql: Client): Connection {
  let own: Awaited<ReturnType<Client["reserve"]>> | undefined;
  const end = async (text: string) => {
    await own?.unsafe(text);
    own?.release();
    own = undefined;
  };
  return {
    run: (text, params) => (own ?? sql).unsafe(text, params as never[], { prepare: true }),
    async begin() {
      own = await sql.reserve();
      await own.unsafe("BEGIN");
    },
    commit: () => end("COMMIT"),
    rollback: () => end("ROLLBACK"),
  };
}

const todos = pgTable("todos", {
  id: text().primaryKey(),
  title: text().notNull(),
  status: text().notNull(),
  owner: text().notNull(),
  priority: bigint({ mode: "number" }).notNull(),
  amount: doublePrecision().notNull(),
  done: boolean().notNull(),
});

function openDrizzle(sql: Client): Opened {
  const db = drizzle({ client: sql });
  return {
    name: "drizzle",
    get: async (id) => (await db.select().from(todos).where(eq(todos.id, id)))[0],
    range: (from, to) =>
      db.select().from(todos).where(between(todos.priority, from, to))
        .orderBy(asc(todos.priority), asc(todos.id)),
    batch: (rows) => db.insert(todos).values([...rows]),
    increment: (id) =>
      db.transaction(async (tx) => {
        const [row] = await tx.select({ amount: todos.amount }).from(todos).where(eq(todos.id, id))
          .for("update");
        await tx.update(todos).set({ amount: (row?.amount ?? 0) + 1 }).where(eq(todos.id, id));
      }),
  };
}

await using server = await startCluster();
const options = { max: 4, onnotice() {}, types };
const clients = [1, 2, 3, 4].map(() => postgres(server.url(), options));
const [first, second, third, fourth] = clients;
if (!first || !second || !third || !fourth) throw new Error("There are four clients");
const { opened, close } = await openStrata(postgresDriver(first));
const sorted = makeRows(ROWS).sort((a, b) => a.priority - b.priority);
const chunk = insertText(1_000, mark);
for (let at = 0; at < sorted.length; at += 1_000) {
  await second.unsafe(chunk, sorted.slice(at, at + 1_000).flatMap(cellsOf) as never[]);
}
await second.unsafe("ANALYZE");
const all = [
  raw(second),
  opened,
  openKysely("postgres", () => connect(third)),
  openDrizzle(fourth),
];
const clear = () => second`DELETE FROM todos WHERE priority >= ${ROWS}`;
await agree(all, sorted, clear);
const works = await measure(all, sorted, clear, "", Number(Deno.args[0] ?? 40));
console.log(asText(works, judge(works, LIMIT)));
await close();
for (const client of clients) await client.end();
