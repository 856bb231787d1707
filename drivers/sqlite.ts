/**
 * Databases in SQLite, on a client that is already open: of node:sqlite, @db/sqlite, better-sqlite3 or
 * bun:sqlite.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import type { Driver, DriverOptions, DriverSession } from "../db/driver.ts";
import { Reader } from "./sql/sync/answer.ts";
import { SyncClient } from "./sql/sync/client.ts";
import { dataError } from "./sql/failure.ts";
import { patiently } from "./sql/patience.ts";
import { isFile } from "./sql/sync/outside.ts";
import { prepareFile, requireVersion } from "./sql/sync/pragmas.ts";
import { SyncSession } from "./sql/sync/session.ts";
import { setUp } from "./sql/sync/setup.ts";
import { describeTables } from "./sql/sync/describe.ts";
import { sqlite } from "./sql/sqlite.ts";
import { recoverRows } from "./sql/sqlite_recover.ts";
import { sqliteWrites } from "./sql/sqlite_writes.ts";
import { registerRaw } from "./sql/raw.ts";

/** What {@linkcode sqliteDriver} needs of a client, as far as types can tell the four apart. */
export interface SqliteClient {
  /** Runs SQL. */
  exec(sql: string): unknown;
  /** Closes the client; who opened it does that, the driver never. */
  close(): unknown;
}

/** Clients with an open session: two would meet in one transaction. */
const inUse = new WeakSet<object>();

/**
 * A driver on an open SQLite database, told apart by its methods; SQLite 3.45 or later.
 *
 * Tables have the names and columns of the schema and can be read by any program; what else is kept
 * lies in tables that begin with `strata_`. Other processes may use the same file at once, through
 * Strata or not: what they change is noticed. While a database is open on it, the client stays usable
 * for other statements; it is closed by whoever opened it, after the database.
 *
 * Opening sets `busy_timeout`, `synchronous` and, unless `adopt` is given, write-ahead logging.
 *
 * @throws {TypeError} When `client` is none of the four.
 *
 * @example Keep rows in SQLite
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { openDatabase, table, text } from "@strata/data";
 * import { sqliteDriver } from "@strata/data/drivers/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const client = new DatabaseSync(":memory:");
 * const db = await openDatabase({ tables: [notes] }, sqliteDriver(client));
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * assertEquals(client.prepare("SELECT title FROM notes").get()?.title, "Buy milk");
 * await db.close();
 * client.close();
 * ```
 */
export function sqliteDriver(client: SqliteClient): Driver {
  let made: SyncClient | undefined;
  const statements = (): SyncClient => made ??= new SyncClient(client);
  let shared = true;
  try {
    shared = isFile(statements());
  } catch (error) {
    if (error instanceof TypeError) throw error;
    // What is wrong with the database is told by open().
  }
  return {
    name: "sqlite",
    supports: { durability: ["relaxed", "strict"], shared, sql: true },
    async open(options) {
      if (inUse.has(client)) {
        throw new DataError(
          "unavailable",
          "Cannot open a database as its client serves one at a time: it serves another",
        );
      }
      inUse.add(client);
      try {
        return await open(statements(), options, () => inUse.delete(client));
      } catch (error) {
        inUse.delete(client);
        made?.clear();
        throw dataError(error, "no");
      }
    },
    async *recover() {
      const client = statements();
      yield* recoverRows(
        describeTables(client),
        (text, params) => client.rows(text, params),
      );
    },
  };
}

async function open(
  client: SyncClient,
  options: DriverOptions,
  closed: () => void,
): Promise<DriverSession> {
  options.signal?.throwIfAborted();
  requireVersion(client);
  await prepareFile(client, options);
  const reader = new Reader(client, sqlite);
  const writes = sqliteWrites(sqlite);
  const prepare = await setUp({ client, reader, writes, options });
  const session = await patiently(() =>
    new SyncSession({ client, reader, options, prepare }, writes, closed)
  );
  registerRaw(session, (text, params) => session.raw(text, params));
  return session;
}
