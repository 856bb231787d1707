/**
 * A database in IndexedDB: rows in memory, commits in a log that all tabs of the origin share.
 *
 * @module
 */
import { DataError, quote } from "../schema/errors.ts";
import type { Driver } from "../db/driver.ts";
import { IdbStorage } from "./log/idb_storage.ts";
import { openLog } from "./log/open_log.ts";
import { recoverRows } from "./log/recover.ts";

/** What `indexedDbDriver` takes besides the factory. */
export interface IndexedDbOptions {
  /** The name of the IndexedDB database, which holds nothing else. */
  readonly name: string;
  /**
   * How each table is kept: `"log"` holds it in memory. `"rows"`, a record a row, is refused: there is no
   * such layout yet.
   *
   * @default "log" for every table
   */
  readonly layout?: Readonly<Record<string, "log" | "rows">>;
}

/**
 * Keeps a database in IndexedDB. Rows are held in memory, so that reads cost what memory costs; a commit
 * is one record. All tabs and workers of an origin may have it open: each hears of the commits of the
 * others in their order, and no update is lost. The global `IDBKeyRange` has to be of the same making as
 * `factory`, as in every browser.
 *
 * A tab whose database was deleted, or taken over by another version, doesn't keep others waiting:
 * `Database.closed` resolves with `"lost"` or `"version"`.
 *
 * @throws {TypeError} When `factory` is no IndexedDB, or the name is no text.
 * @throws {DataError} With code `"unsupported"` for the layout `"rows"`. From `openDatabase`, with code
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
 */
export function indexedDbDriver(factory: IDBFactory, options: IndexedDbOptions): Driver {
  const { name, layout = {} } = options;
  if (typeof factory?.open !== "function" || typeof name !== "string") {
    throw new TypeError(
      "Cannot make a driver as it gets an IDBFactory and a name: got something else",
    );
  }
  for (const [table, kind] of Object.entries(layout)) {
    if (kind === "log") continue;
    throw new DataError(
      "unsupported",
      `Cannot keep ${quote(table)} as a table has the layout "log": it has another one`,
    );
  }
  const source = "indexedDb";
  return {
    name: source,
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    open(options) {
      return openLog(new IdbStorage(factory, name, { ...options, create: true }), source, options);
    },
    async *recover() {
      const storage = new IdbStorage(factory, name, {
        ...{ durability: "relaxed", create: false },
        lost: () => {},
      });
      try {
        yield* recoverRows(await storage.bytes());
      } finally {
        await storage.close();
      }
    },
  };
}
