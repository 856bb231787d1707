/**
 * SQLite by `node:sqlite`, in memory, with prepared statements.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import type { Contestant, Loaded } from "./contestant.ts";
import type { Todo } from "./rows.ts";

const TABLE = `CREATE TABLE todos (id TEXT PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL,
  owner TEXT NOT NULL, priority INTEGER NOT NULL, amount REAL NOT NULL, done INTEGER NOT NULL)
  STRICT`;
const TOP = `SELECT * FROM todos WHERE status = ? AND done = 0
  ORDER BY amount DESC, id DESC LIMIT 20`;

export const sqlite: Contestant = {
  name: "sqlite",
  load(rows: readonly Todo[], { indexed }: { readonly indexed: boolean }): Loaded {
    const db = new DatabaseSync(":memory:");
    db.exec(TABLE);
    const insert = db.prepare("INSERT INTO todos VALUES (?, ?, ?, ?, ?, ?, ?)");
    db.exec("BEGIN");
    for (const { id, title, status, owner, priority, amount, done } of rows) {
      insert.run(id, title, status, owner, priority, amount, Number(done));
    }
    db.exec("COMMIT");
    if (indexed) db.exec("CREATE INDEX top ON todos (status, done, amount, id)");
    const size = db.prepare("SELECT count(*) AS size FROM todos");
    const get = db.prepare("SELECT * FROM todos WHERE id = ?");
    const top = db.prepare(TOP);
    const update = db.prepare("UPDATE todos SET priority = ? WHERE id = ?");
    return {
      get size(): number {
        return Number(size.get()?.size);
      },
      get: (id: string) => get.get(id),
      top: (status: string) => top.all(status),
      update(ids: readonly string[], priority: number): void {
        for (const id of ids) update.run(priority++, id);
      },
      close: () => db.close(),
    };
  },
};
