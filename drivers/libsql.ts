/**
 * Databases in libSQL, on a client of `@libsql/client`: in a file or in memory, on a server over HTTP or
 * WebSocket, or in a copy of what a server has.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import type { Driver } from "../db/driver.ts";
import { openLibsql, partsOf } from "./libsql/open.ts";
import { libsqlShape } from "./libsql/shape.ts";
import { dataError } from "./sql/failure.ts";

/** Clients of files with an open session: two would meet in one transaction. */
const inUse = new WeakSet<object>();

/**
 * A driver on a client of `@libsql/client`, made by `createClient` of any of its entry points, for a browser
 * too; told by its methods.
 *
 * - `file:` and `:memory:` are SQLite in this process. A file may be opened by other processes at once, through
 *   this driver or `sqliteDriver`: tables, names and what is kept beside them are the same.
 * - `http:`, `https:`, `ws:`, `wss:` and `libsql:` are a server. Reads of one tick, and commits that read
 *   nothing, cost one round trip. What strangers write there is read, but nobody is told of it: the server
 *   has nothing to tell it by. Only the durability `"relaxed"` is promised, as the rest is the server's.
 * - With `syncUrl` it is a copy that reads here and writes there. It is brought up to date before others'
 *   commits are looked for: by `changes`, by live queries, and by the client's own `syncInterval`.
 *
 * Whatever `intMode` the client has, values are those of the schema. `concurrency` should be 2 or more. Who
 * opened the client closes it, after the database.
 *
 * @throws {TypeError} When `client` is no such client.
 *
 * @example Keep rows in libSQL
 * ```ts
 * import { createClient } from "@libsql/client";
 * import { openDatabase, table, text } from "@strata/data";
 * import { libsqlDriver } from "@strata/data/drivers/libsql";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const client = createClient({ url: ":memory:" });
 * const db = await openDatabase({ tables: [notes] }, libsqlDriver(client));
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * const { rows } = await client.execute("SELECT title FROM notes");
 * assertEquals(rows[0]?.title, "Buy milk");
 * await db.close();
 * client.close();
 * ```
 */
export function libsqlDriver(client: unknown): Driver {
  const shape = libsqlShape(client);
  const remote = shape.protocol !== "file";
  return {
    name: "libsql",
    supports: { durability: remote ? ["relaxed"] : ["relaxed", "strict"], shared: true, sql: true },
    async open(options) {
      if (!remote && inUse.has(shape)) {
        throw new DataError(
          "unavailable",
          "Cannot open a database as its client serves one at a time: it serves another",
        );
      }
      inUse.add(shape);
      try {
        return await openLibsql(shape, options, () => inUse.delete(shape));
      } catch (error) {
        inUse.delete(shape);
        throw dataError(error, "no");
      }
    },
    async *recover() {
      const { client, engine } = await partsOf(shape);
      yield* engine.recover((statements) => client.read(statements));
    },
  };
}
