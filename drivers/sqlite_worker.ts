/**
 * Databases in SQLite files for Deno and Node, whose statements run in a worker by node:sqlite.
 *
 * @module
 */
import type { Driver } from "../db/driver.ts";
import { openRemote, recoverRemote } from "./sql/remote/open.ts";
import { type AnyWorker, portOf, startThread, threadLinking } from "./sql/remote/thread_link.ts";

export type { AnyWorker };

/** What `sqliteWorkerDriver` takes beside a path. */
export interface SqliteWorkerOptions {
  /**
   * Starts a worker whose script imports `@strata/data/drivers/sqlite-worker-thread`, one of the platform's own or
   * of node:worker_threads: for programs that are bundled, so that the script lies elsewhere. Called when a
   * database is opened, and again when its worker has ended.
   */
  readonly worker?: () => AnyWorker;
}

/**
 * Keeps a database in the SQLite file at `path` (`":memory:"`: in memory) like `sqliteDriver`, but in a worker of
 * its own, by the runtime's node:sqlite: a slow query never stops the event loop. Tables, names and what lies
 * beside them are the same, so both drivers, and several processes, may have a file open at once.
 *
 * Who aborts a read has its answer at once. A worker that still runs the statement is replaced by a new one; the
 * old one ends with its statement, and whatever it has not committed is taken back. So it is when a worker
 * crashes: what only reads is asked again, and the error of a commit says by `committed` what became of it. A
 * database in memory is not replaced, since it would be gone: what comes next waits for the statement, and a crash
 * closes the database.
 *
 * A call takes about 150 us more than with `sqliteDriver`; reads of one tick, and a commit, are one message each.
 *
 * @throws {TypeError} When `path` is neither text nor a URL of a file.
 * @throws {DataError} From `openDatabase`, with code `"unsupported"` where there is no node:sqlite, or one that is too
 * old; `"unavailable"` when the file can't be opened or no worker started.
 *
 * @example A slow query beside the rest of the program
 * ```ts
 * import { integer, openDatabase, query, table } from "@strata/data";
 * import { sqliteWorkerDriver } from "@strata/data/drivers/sqlite-worker";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const numbers = table("numbers", { n: integer().primaryKey(), k: integer().default(0) });
 * const db = await openDatabase({ tables: [numbers] }, sqliteWorkerDriver(`${folder}/data.db`));
 * await db.insert(numbers, Array.from({ length: 1_000 }, (_, n) => ({ n })));
 * let ticks = 0;
 * const timer = setInterval(() => ticks++, 1);
 * const pairs = await db.count(query(numbers).join("other", numbers, { k: "k" }));
 * clearInterval(timer);
 * assertEquals([pairs, ticks > 0], [1_000_000, true]);
 * await db.close();
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function sqliteWorkerDriver(path: string | URL, options: SqliteWorkerOptions = {}): Driver {
  const file = pathOf(path);
  const { worker } = options;
  if (worker !== undefined && typeof worker !== "function") {
    throw new TypeError("Cannot make a driver as its worker is a function: it is something else");
  }
  const inMemory = file === ":memory:" || file === "";
  const start = () => worker ? portOf(worker()) : startThread(import.meta.url);
  const source = "sqliteWorker";
  // How many processes have a connection to it shows by a counter, and a new one has a counter of its own.
  const counters = inMemory ? "" : "(SELECT data_version FROM pragma_data_version), " +
    "(SELECT number FROM temp.strata_connection)";
  return {
    name: source,
    supports: { durability: ["relaxed", "strict"], shared: !inMemory, sql: true },
    open({ durability, adopt, ...options }) {
      const opening = { path: file, durability, adopt };
      return openRemote(threadLinking(start, opening, !inMemory), counters, source, {
        ...options,
        ...{ durability, adopt },
      });
    },
    recover() {
      const opening = { path: file, durability: "relaxed", adopt: true } as const;
      return recoverRemote(threadLinking(start, opening, !inMemory), counters, source);
    },
  };
}

function pathOf(path: unknown): string {
  if (typeof path === "string" && !path.includes("\0") && path.isWellFormed()) return path;
  if (path instanceof URL && path.protocol === "file:") return decodeURIComponent(path.pathname);
  throw new TypeError(
    "Cannot make a driver as its path is text or the URL of a file: it is something else",
  );
}
