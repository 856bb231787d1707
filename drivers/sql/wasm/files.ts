import { DataError } from "../../../schema/errors.ts";
import type { DriverOptions } from "../../../db/driver.ts";
import { Failure } from "../failure.ts";
import type { SyncClient } from "../sync/client.ts";
import { requireVersion } from "../sync/pragmas.ts";
import { oo1Client, type Oo1Database, type Oo1Pool, type Sqlite3 } from "./oo1.ts";

/** How often, and for how long, files that a worker that has ended still has are tried again. */
const AGAIN_MS = 50;
const PATIENCE_MS = 10_000;

/** The folders that a module has seen, by name. */
const folders = new WeakMap<Sqlite3, Map<string, Oo1Pool>>();

/** A connection to a database of the module. */
export interface WasmFile {
  readonly client: SyncClient;
  close(): void;
}

/**
 * Opens the only connection to a database: in the origin's private file system, or in memory.
 *
 * The files have no locks, so nobody but the lock's holder may call this. A journal of SQLite's old kind would never
 * be rolled back there, as the file system says of each that another still writes it; a write-ahead log is read anew.
 */
export async function openFile(
  sqlite3: Sqlite3,
  name: string,
  { durability }: Pick<DriverOptions, "durability">,
): Promise<WasmFile> {
  const pool = name === ":memory:" ? undefined : await poolOf(sqlite3, name);
  let database: Oo1Database | undefined;
  const close = () => {
    database?.close();
    pool?.pauseVfs();
  };
  try {
    database = pool ? new pool.OpfsSAHPoolDb("/data.sqlite3") : new sqlite3.oo1.DB(":memory:");
    const client = oo1Client(sqlite3, database);
    client.exec("PRAGMA locking_mode = EXCLUSIVE"); // before the file is read, which else has no log
    requireVersion(client);
    client.exec("PRAGMA journal_mode = WAL");
    client.exec(`PRAGMA synchronous = ${durability === "strict" ? "FULL" : "NORMAL"}`);
    client.exec("PRAGMA temp_store = MEMORY");
    return { client, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function poolOf(sqlite3: Sqlite3, name: string): Promise<Oo1Pool> {
  let known = folders.get(sqlite3);
  if (!known) folders.set(sqlite3, known = new Map());
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      const there = known.get(name);
      if (there) {
        await there.unpauseVfs();
        return there;
      }
      const pool = await sqlite3.installOpfsSAHPoolVfs?.({
        name: `strata ${name}`,
        // Names of folders have no slash, and are not "." or "..".
        directory: `strata-sqlite/db-${encodeURIComponent(name)}`,
        initialCapacity: 4, // the database, its log, and what SQLite needs for a moment
        verbosity: 0,
        forceReinitIfPreviouslyFailed: true,
      });
      if (!pool) throw missing("installOpfsSAHPoolVfs");
      known.set(name, pool);
      return pool;
    } catch (error) {
      const isOpen = error instanceof DOMException && error.name === "NoModificationAllowedError";
      if (isOpen && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
        continue;
      }
      throw error instanceof DataError ? error : new Failure(error, "unavailable");
    }
  }
}

/** The error where something is missing. */
export function missing(what: string): DataError {
  return new DataError(
    "unavailable",
    `Cannot open the database as everything that it needs is there: ${what} is missing`,
  );
}
