/**
 * A database in the origin's private file system (OPFS): rows in memory, commits appended to a file.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import type { Driver } from "../db/driver.ts";
import { openLog } from "./log/open_log.ts";
import { DirectFiles, hasSyncAccess } from "./log/opfs_direct.ts";
import type { OpfsFiles } from "./log/opfs_files.ts";
import { RemoteFiles } from "./log/opfs_remote.ts";
import { OpfsStorage, typed } from "./log/opfs_storage.ts";
import { recoverRows } from "./log/recover.ts";
import { takeLock } from "./log/web_lock.ts";

/** What `opfsDriver` takes. */
export interface OpfsDriverOptions {
  /** What tells this database from others of the origin; well-formed text. */
  readonly name: string;
  /**
   * Starts a worker whose script imports `@strata/data/drivers/opfs-worker`, for a page, which can't write
   * such files itself. Called when a database is opened, and again when its worker has ended.
   */
  readonly worker?: () => Worker;
}

/**
 * Keeps a database in a file of the origin's private file system. Rows are held in memory; all tabs and
 * workers of an origin may have it open, where each has the file in turn. In a dedicated worker nothing else
 * is needed, in a page a `worker`, which the driver ends when the database is closed.
 *
 * @throws {TypeError} When the name is no well-formed text.
 * @throws {DataError} From `openDatabase`, with code `"unavailable"` when something is missing here, which
 * the message names, `"corrupt"` when the database is damaged. A commit that finds no space is refused with
 * `"full"`; what was there stays as it is.
 *
 * @example Keep notes from a page
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { opfsDriver } from "@strata/data/drivers/opfs";
 * import { assertRejects } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * // worker.ts has one line: import "@strata/data/drivers/opfs-worker";
 * const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
 * const open = () => openDatabase({ tables: [notes] }, opfsDriver({ name: "notes", worker }));
 * await assertRejects(open, Error, "Cannot open the database"); // there is no such file system in Deno
 * ```
 */
export function opfsDriver(options: OpfsDriverOptions): Driver {
  const { name, worker } = options ?? {};
  if (typeof name !== "string" || !name.isWellFormed()) {
    throw new TypeError(
      "Cannot make a driver as its name is well-formed text: it is something else",
    );
  }
  if (worker !== undefined && typeof worker !== "function") {
    throw new TypeError("Cannot make a driver as its worker is a function: it is something else");
  }
  const source = "opfs";
  return {
    name: source,
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    open(options) {
      const storage = new OpfsStorage(name, {
        ...{ files: filesOf(name, worker), locks: navigator.locks },
        durability: options.durability,
        lost: () => options.lost("lost"),
      });
      return openLog(storage, source, options);
    },
    async *recover() {
      const files = filesOf(name, worker);
      const release = await takeLock(navigator.locks, `strata-opfs ${name}`, "exclusive");
      try {
        yield* recoverRows(
          await files.all().catch((error) => {
            throw typed(error);
          }),
        );
      } finally {
        files.close();
        release();
      }
    },
  };
}

/** @throws {DataError} With code `"unavailable"` when something is missing here. */
function filesOf(name: string, worker: (() => Worker) | undefined): OpfsFiles {
  if (typeof navigator !== "object" || !navigator.storage?.getDirectory) {
    throw missing("navigator.storage.getDirectory");
  }
  if (!navigator.locks) throw missing("navigator.locks");
  if (hasSyncAccess()) return new DirectFiles(name);
  if (worker) return new RemoteFiles(name, worker);
  throw missing('createSyncAccessHandle, for which a page needs the option "worker",');
}

function missing(what: string): DataError {
  return new DataError(
    "unavailable",
    `Cannot open the database as everything that it needs is there: ${what} is missing`,
  );
}
