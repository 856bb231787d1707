/**
 * A database in IndexedDB that all tabs of the origin share: rows in memory and commits in a log, or a
 * record a row for tables that are too large for that.
 *
 * @module
 */
import { quote } from "../schema/errors.ts";
import type { Driver } from "../db/driver.ts";
import { openIdb } from "./idb/open.ts";
import { recoverIdb } from "./idb/recover.ts";
import { IdbStorage } from "./log/idb_storage.ts";

/** What `indexedDbDriver` takes besides the factory. */
export interface IndexedDbOptions {
  /** The name of the IndexedDB database, which holds nothing else. */
  readonly name: string;
  /**
   * How each table is kept, by its name. `"log"` holds it in memory, so that reads and live queries cost what
   * memory costs. `"rows"` keeps a record a row and reads what a query needs: for tables that are too large
   * to hold. A table that was kept otherwise is moved when the database is opened, in one step.
   *
   * @default "log" for every table
   */
  readonly layout?: Readonly<Record<string, "log" | "rows">>;
}

/**
 * Keeps a database in IndexedDB. Rows are held in memory, so that reads cost what memory costs, and a commit
 * is one record; tables whose `layout` is `"rows"` are read when they are asked for. All tabs and workers of an origin may have it open: each hears of the commits of the
 * others in their order, and no update is lost. The global `IDBKeyRange` has to be of the same making as
 * `factory`, as in every browser.
 *
 * A tab whose database was deleted, or taken over by another version, doesn't keep others waiting:
 * `Database.closed` resolves with `"lost"` or `"version"`.
 *
 * @throws {TypeError} When `factory` is no IndexedDB, the name is no text, or a layout is another one; from
 * `openDatabase`, when a layout names a table that the schema has not.
 * @throws {DataError} From `openDatabase`, with code
 * `"unavailable"` when the browser lets no data be kept, `"corrupt"` when it is damaged. A commit that
 * finds no space is refused with `"full"`; what was there stays as it is.
 *
 * @example Keep notes in the browser
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
 * import { indexedDB } from "fake-indexeddb"; // in a browser there is a global one
 * import "fake-indexeddb/auto";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const open = () => openDatabase({ tables: [notes] }, indexedDbDriver(indexedDB, { name: "notes" }));
 * {
 *   await using db = await open();
 *   await db.insert(notes, { id: "1", title: "Buy milk" });
 * }
 * await using again = await open();
 * assertEquals((await again.get(notes, "1"))?.title, "Buy milk");
 * ```
 *
 * @example A table that is too large to hold
 * ```ts
 * import { integer, openDatabase, query, table, text } from "@strata/data";
 * import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
 * import { indexedDB } from "fake-indexeddb"; // in a browser there is a global one
 * import "fake-indexeddb/auto";
 * import { assertEquals } from "@std/assert";
 *
 * const messages = table("messages", { id: text().primaryKey(), at: integer() }, { indexes: ["at"] });
 * const driver = indexedDbDriver(indexedDB, { name: "mail", layout: { messages: "rows" } });
 * await using db = await openDatabase({ tables: [messages] }, driver);
 * await db.insert(messages, [{ id: "a", at: 1 }, { id: "b", at: 2 }]);
 * const latest = await db.first(query(messages).orderBy("at", "desc"));
 * assertEquals(latest?.id, "b");
 * ```
 */
export function indexedDbDriver(factory: IDBFactory, options: IndexedDbOptions): Driver {
  const { name, layout = {} } = options;
  if (typeof factory?.open !== "function" || typeof name !== "string") {
    throw new TypeError(
      "Cannot make a driver as it gets an IDBFactory and a name: got something else",
    );
  }
  for (const [table, kind] of Object.entries(layout)) {
    if (kind === "log" || kind === "rows") continue;
    throw new TypeError(
      `Cannot keep ${quote(table)} as a layout is "log" or "rows": it is something else`,
    );
  }
  const kinds = { ...layout }; // what the caller does with it later changes nothing
  const source = "indexedDb";
  return {
    name: source,
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    open(options) {
      const storage = new IdbStorage(factory, name, { ...options, create: true });
      return openIdb(storage, source, kinds, options);
    },
    recover: () => recoverIdb(factory, name),
  };
}
