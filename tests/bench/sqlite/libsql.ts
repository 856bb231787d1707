/**
 * libSQL's client on a file.
 *
 * @module
 */
import { createClient, type InStatement } from "@libsql/client";
import type { Todo } from "../rows.ts";
import type { Contestant, Found, Job } from "./contestant.ts";
import { cellsOf } from "./raw.ts";
import { pragmas, TABLES } from "./schema.ts";

const insertText = (name: string, rows: number) =>
  `INSERT INTO ${name} VALUES ${Array(rows).fill("(?, ?, ?, ?, ?, ?, ?)").join()}`;

/** As many as fit into the parameters of a statement. */
const MOST_ROWS = 1_000;

function chunk(rows: readonly Todo[]): InStatement {
  return { sql: insertText("fresh", rows.length), args: rows.flatMap(cellsOf) };
}

export const libsql: Contestant = {
  name: "libsql",
  places: ["relaxed"],
  async open(path, place) {
    const client = createClient({ url: `file:${path}` });
    for (const text of [...pragmas(place), ...TABLES]) await client.execute(text);
    const rows = async (sql: string, args: (string | number)[]): Promise<Found[]> =>
      // Rows have the columns by name.
      (await client.execute({ sql, args })).rows as unknown as Found[];
    const get = async (id: string) => (await rows("SELECT * FROM todos WHERE id = ?", [id]))[0];
    return {
      exec: (sql) => client.executeMultiple(sql),
      opened: {
        get,
        range: (from, to) =>
          rows("SELECT * FROM todos WHERE priority BETWEEN ? AND ? ORDER BY priority, id", [
            from,
            to,
          ]),
        page: ({ priority, id }) =>
          rows(
            `SELECT * FROM todos WHERE priority >= ? AND (priority > ? OR id > ?)
             ORDER BY priority, id LIMIT 20`,
            [priority, priority, id],
          ),
        insert(all) {
          const parts: InStatement[] = [];
          for (let at = 0; at < all.length; at += MOST_ROWS) {
            parts.push(chunk(all.slice(at, at + MOST_ROWS)));
          }
          return client.batch(parts, "write");
        },
        insertOne: (row) => client.execute({ sql: insertText("todos", 1), args: cellsOf(row) }),
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
        setOwner: (end, owner) =>
          client.execute({
            sql: "UPDATE todos SET owner = ? WHERE priority < ?",
            args: [owner, end],
          }),
        async claim() {
          const { rows: [row] } = await client.execute(
            `UPDATE jobs SET status = 'taken' WHERE id = (SELECT id FROM jobs
             WHERE status = 'waiting' ORDER BY priority, id LIMIT 1) RETURNING *`,
          );
          return row as unknown as Job | undefined; // by the names of its columns
        },
        close: () => client.close(),
      },
    };
  },
};
