/**
 * node:sqlite by hand: each statement prepared once, rows as objects.
 *
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Todo } from "../rows.ts";
import type { Contestant, Filled, Found, Job } from "./contestant.ts";
import { openClient, TABLES } from "./schema.ts";

const COLUMNS = 7;
const MOST_ROWS = 500;

export function cellsOf(row: Todo): [string, string, string, string, number, number, number] {
  const { id, title, status, owner, priority, amount, done } = row;
  return [id, title, status, owner, priority, amount, done ? 1 : 0];
}

function open(client: DatabaseSync): Filled {
  for (const text of TABLES) client.exec(text);
  const get = client.prepare("SELECT * FROM todos WHERE id = ?");
  const range = client.prepare(
    "SELECT * FROM todos WHERE priority BETWEEN ? AND ? ORDER BY priority, id",
  );
  const page = client.prepare(
    `SELECT * FROM todos WHERE priority >= ? AND (priority > ? OR id > ?)
     ORDER BY priority, id LIMIT 20`,
  );
  const insert = client.prepare("INSERT INTO fresh VALUES (?, ?, ?, ?, ?, ?, ?)");
  const insertOne = client.prepare("INSERT INTO todos VALUES (?, ?, ?, ?, ?, ?, ?)");
  const update = client.prepare("UPDATE todos SET amount = ? WHERE id = ?");
  const setOwner = client.prepare("UPDATE todos SET owner = ? WHERE priority < ?");
  const claim = client.prepare(
    `UPDATE jobs SET status = 'taken' WHERE id = (SELECT id FROM jobs WHERE status = 'waiting'
     ORDER BY priority, id LIMIT 1) RETURNING *`,
  );
  const begin = client.prepare("BEGIN IMMEDIATE");
  const commit = client.prepare("COMMIT");
  return {
    exec: (sql) => client.exec(sql),
    opened: {
      // Rows of SELECT * have these columns.
      get: (id) => get.get(id) as Found | undefined,
      query: (id) => get.get(id) as Found | undefined,
      range: (from, to) => range.all(from, to) as unknown as Found[],
      page: ({ priority, id }) => page.all(priority, priority, id) as unknown as Found[],
      insert(rows) {
        begin.run();
        for (const row of rows) insert.run(...cellsOf(row));
        commit.run();
      },
      insertOne: (row) => insertOne.run(...cellsOf(row)),
      increment(id) {
        begin.run();
        const row = get.get(id);
        update.run(Number(row?.amount) + 1, id);
        commit.run();
      },
      setOwner: (end, owner) => setOwner.run(owner, end),
      claim: () => claim.get() as unknown as Job | undefined,
      close: () => client.close(),
    },
  };
}

export const raw: Contestant = {
  name: "raw",
  places: ["memory", "relaxed", "strict"],
  open: (path, place) => Promise.resolve(open(openClient(path, place))),
};

/** Many rows a statement, which is the fastest way by hand. */
export const rawChunks: Contestant = {
  name: "raw in 500s",
  places: ["memory", "relaxed"],
  open(path, place): Promise<Filled> {
    const client = openClient(path, place);
    const { opened, exec } = open(client);
    const statements = new Map<number, StatementSync>();
    const statement = (count: number): StatementSync => {
      let made = statements.get(count);
      if (!made) {
        const marks = Array(count).fill("(?, ?, ?, ?, ?, ?, ?)").join();
        statements.set(count, made = client.prepare(`INSERT INTO fresh VALUES ${marks}`));
      }
      return made;
    };
    return Promise.resolve({
      exec,
      opened: {
        get: opened.get,
        insert(rows) {
          client.exec("BEGIN IMMEDIATE");
          for (let at = 0; at < rows.length; at += MOST_ROWS) {
            const part = rows.slice(at, at + MOST_ROWS);
            const cells = new Array<string | number>(part.length * COLUMNS);
            let to = 0;
            for (const row of part) for (const cell of cellsOf(row)) cells[to++] = cell;
            statement(part.length).run(...cells);
          }
          client.exec("COMMIT");
        },
        close: opened.close,
      },
    });
  },
};
