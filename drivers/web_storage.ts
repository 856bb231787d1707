/**
 * A database in web storage: rows in memory, commits in a log in the items of an area.
 *
 * @module
 */
import { isFull, keysOf } from "../webstorage/area.ts";
import { DataError } from "../schema/errors.ts";
import { registerBodies } from "../db/bodies_of.ts";
import type { Driver } from "../db/driver.ts";
import { type AreaCells, REVISION } from "./log/area_cells.ts";
import { type AreaGuard, ThreadGuard } from "./log/area_guard.ts";
import { LockGuard } from "./log/area_locks.ts";
import { AreaNews } from "./log/area_news.ts";
import { OwnerGuard } from "./log/area_owner.ts";
import { legibleIn, seenIn } from "./log/area_records.ts";
import { AreaStorage } from "./log/area_storage.ts";
import { openLog } from "./log/open_log.ts";
import { recoverRows } from "./log/recover.ts";

/** A blob that is longer would take a good part of an area by itself, and of memory. */
const MAX_BLOB_BYTES = 256 << 10;

/** What `webStorageDriver` takes besides the area. */
export interface WebStorageDriverOptions {
  /**
   * What tells this database from others in the area: 0 to 1,024 bytes of UTF-8, well-formed, without
   * U+0000. Its items are named `strata-db:<name>:...`; no other item is touched.
   */
  readonly name: string;
}

/**
 * Keeps a database in web storage, for where there is no IndexedDB and the data is small: browsers give an
 * area some 5 million UTF-16 units, which hold 9 MB. Rows are held in memory; a commit is one item.
 *
 * With `localStorage` all tabs of an origin may have it open, where there are Web Locks: no update is lost,
 * and each hears of the commits of the others. Where there are none (old browsers, pages without TLS) one
 * tab has it open. On Deno one process may use it at a time. After a kill of the whole browser the last
 * seconds may be missing, never half of a commit. A blob has at most 256 KiB.
 *
 * @throws {TypeError} When `storage` is no `Storage`, or the name is no text of that kind.
 * @throws {DataError} From `openDatabase`, with code `"unsupported"` for `durability: "strict"`,
 * `"unavailable"` when the area can't be used or another tab has the database, `"corrupt"` when it is
 * damaged. A commit that finds no space is refused with `"full"`; what was there stays as it is.
 *
 * @example Keep settings in the page
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { webStorageDriver } from "@strata/data/drivers/web-storage";
 * import { memoryStorage } from "@strata/data/webstorage";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = memoryStorage(); // localStorage in a browser
 * const settings = table("settings", { id: text().primaryKey(), value: text() });
 * const open = () => openDatabase({ tables: [settings] }, webStorageDriver(storage, { name: "app" }));
 * {
 *   await using db = await open();
 *   await db.insert(settings, { id: "theme", value: "dark" });
 * }
 * await using again = await open();
 * assertEquals((await again.get(settings, "theme"))?.value, "dark");
 * ```
 */
export function webStorageDriver(storage: Storage, options: WebStorageDriverOptions): Driver {
  const { name } = options ?? {};
  if (storage === null || typeof storage !== "object" || typeof name !== "string") {
    throw new TypeError(
      "Cannot make a driver as it gets a Storage and a name: got something else",
    );
  }
  if (
    !name.isWellFormed() || name.includes("\0") || new TextEncoder().encode(name).length > 1_024
  ) {
    throw new TypeError(
      "Cannot make a driver as its name is well-formed text: malformed, or over 1,024 bytes",
    );
  }
  // No name is the beginning of another one.
  const prefix = `strata-db:${name.replaceAll("%", "%25").replaceAll(":", "%3A")}:`;
  const cells = cellsOf(storage, prefix);
  const source = "webStorage";
  return {
    name: source,
    supports: { durability: ["relaxed"], shared: true, sql: false },
    async open(options) {
      const lost = () => options.lost("lost");
      const session = await openLog(
        new AreaStorage({
          ...{ cells, lost },
          guard: guardOf(storage, cells, prefix, lost),
          news: new AreaNews(prefix + REVISION),
        }),
        source,
        options,
      );
      registerBodies(session, { maxBytes: MAX_BLOB_BYTES });
      return session;
    },
    async *recover() {
      yield* recoverRows(legibleIn(cells));
    },
  };
}

/** Who else may write into the area decides how writers are kept apart. */
function guardOf(storage: Storage, cells: AreaCells, name: string, lost: () => void): AreaGuard {
  const thread = new ThreadGuard(storage, name);
  if (!("document" in globalThis) || isSession(storage)) return thread;
  if (!navigator.locks?.query) return new OwnerGuard(thread, cells, { area: storage, name, lost });
  return new LockGuard(navigator.locks, name, () => {
    const revision = seenIn(cells)?.revision;
    return revision?.state === "new" ? undefined : revision;
  });
}

/** Whether the area is that of one tab. */
function isSession(storage: Storage): boolean {
  try {
    return storage === globalThis.sessionStorage;
  } catch {
    return false; // there is none
  }
}

/** The items of an area whose names begin with `prefix`. */
function cellsOf(storage: Storage, prefix: string): AreaCells {
  return {
    get(name) {
      const text: unknown = attempt(() => storage.getItem(prefix + name));
      return typeof text === "string" ? text : undefined;
    },
    set: (name, text) => attempt(() => storage.setItem(prefix + name, text)),
    remove: (name) => attempt(() => storage.removeItem(prefix + name)),
    names: () =>
      attempt(() => keysOf(storage))
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length)),
  };
}

function attempt<T>(fn: () => T): T {
  try {
    return fn();
  } catch (cause) {
    if (isFull(cause)) {
      throw new DataError(
        "full",
        "Cannot write to the database as there is space: its quota is used up",
        { cause, committed: "no" },
      );
    }
    throw new DataError(
      "unavailable",
      "Cannot use the database as its storage can be read and written: it can not",
      { cause },
    );
  }
}
