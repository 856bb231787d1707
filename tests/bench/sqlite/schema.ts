/**
 * The tables by hand, as Strata makes them, and the rows in them.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Place } from "./contestant.ts";

export const JOBS = 20_000;

const CELLS = `id TEXT NOT NULL PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL,
  owner TEXT NOT NULL, priority INTEGER NOT NULL, amount REAL NOT NULL, done INTEGER NOT NULL`;

/** `todos` with an index, `fresh` of the same columns without one, and a queue. */
export const TABLES: readonly string[] = [
  `CREATE TABLE todos (${CELLS}) STRICT`,
  "CREATE INDEX todos_priority ON todos (priority, id)",
  `CREATE TABLE fresh (${CELLS}) STRICT`,
  `CREATE TABLE jobs (id TEXT NOT NULL PRIMARY KEY, status TEXT NOT NULL,
    priority INTEGER NOT NULL) STRICT`,
  "CREATE INDEX jobs_next ON jobs (status, priority, id)",
];

/** Rows for `todos` from JSON, which is fast and the same for everyone. */
export function fillText(json: string): string {
  const text = json.replaceAll("'", "''");
  return `INSERT INTO todos SELECT value ->> 'id', value ->> 'title', value ->> 'status',
    value ->> 'owner', value ->> 'priority', value ->> 'amount', value ->> 'done'
    FROM json_each('${text}')`;
}

export const FILL_JOBS = `INSERT INTO jobs
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${JOBS})
  SELECT format('job-%06d', i), 'waiting', (i * 7919) % ${JOBS} FROM n`;

/** A client as raw work has it: the settings of a relaxed or strict database, nothing else. */
export function openClient(path: string, place: Place): DatabaseSync {
  const client = new DatabaseSync(path);
  for (const text of pragmas(place)) client.exec(text);
  return client;
}

export function pragmas(place: Place): readonly string[] {
  if (place === "memory") return [];
  const level = place === "strict" ? "FULL" : "NORMAL";
  return ["PRAGMA journal_mode = WAL", `PRAGMA synchronous = ${level}`];
}
