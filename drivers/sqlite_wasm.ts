/**
 * Databases in SQLite compiled to WebAssembly, in the origin's private file system (OPFS).
 *
 * @module
 */
import type { Driver } from "../db/driver.ts";
import { openRemote, recoverRemote } from "./sql/remote/open.ts";
import { missing } from "./sql/wasm/files.ts";
import { sqlite3Of } from "./sql/wasm/oo1.ts";
import { Tab } from "./sql/wasm/tab.ts";

/** What `sqliteWasmDriver` takes beside the module. */
export interface SqliteWasmDriverOptions {
  /** What tells this database from others of the origin; `":memory:"`: it is in memory. */
  readonly name: string;
}

/**
 * Keeps a database in a file of the origin's private file system, by SQLite. `sqlite3` is what `sqlite3InitModule()`
 * of `@sqlite.org/sqlite-wasm` (3.50 or later) resolves with. It runs inside a dedicated worker; pages reach the
 * database through theirs.
 *
 * The workers of all tabs may have it open: one of them has the file, the others ask it. When that one closes the
 * database, or ends, the next one takes over: what only reads is asked again, and the error of a commit that was
 * on its way says by `committed` what became of it. Tables, names and what lies beside them are those of
 * `sqliteDriver`. A slow query in one tab keeps the others waiting.
 *
 * With the name `":memory:"` it also runs in pages, Deno and Node, for one only.
 *
 * @throws {TypeError} When `sqlite3` is something else, or the name is no well-formed text.
 * @throws {DataError} From `openDatabase`, with code `"unavailable"` when something is missing here, which the message
 * names.
 *
 * @example In memory
 * ```ts
 * import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
 * import { openDatabase, table, text } from "@strata/data";
 * import { sqliteWasmDriver } from "@strata/data/drivers/sqlite-wasm";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const driver = sqliteWasmDriver(await sqlite3InitModule(), { name: ":memory:" });
 * const db = await openDatabase({ tables: [notes] }, driver);
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * assertEquals((await db.get(notes, "a"))?.title, "Buy milk");
 * await db.close();
 * ```
 */
export function sqliteWasmDriver(sqlite3: unknown, options: SqliteWasmDriverOptions): Driver {
  const module = sqlite3Of(sqlite3);
  const { name } = options ?? {};
  if (typeof name !== "string" || !name.isWellFormed() || name.includes("\0")) {
    throw new TypeError(
      "Cannot make a driver as its name is well-formed text: it is something else",
    );
  }
  const inMemory = name === ":memory:";
  const source = "sqliteWasm";
  return {
    name: source,
    supports: { durability: ["relaxed", "strict"], shared: !inMemory, sql: true },
    open(options) {
      const locks = inMemory ? undefined : locksHere();
      return openRemote(new Tab({ sqlite3: module, name, options, locks }), "", source, options);
    },
    recover() {
      const locks = inMemory ? undefined : locksHere();
      const options = { durability: "relaxed" } as const;
      return recoverRemote(new Tab({ sqlite3: module, name, options, locks }), "", source);
    },
  };
}

/** @throws {DataError} With code `"unavailable"` when something is missing here. */
function locksHere(): LockManager {
  if (typeof navigator !== "object" || !navigator.storage?.getDirectory) {
    throw missing("navigator.storage.getDirectory");
  }
  if (!navigator.locks) throw missing("navigator.locks");
  const handle: unknown = Reflect.get(globalThis, "FileSystemFileHandle");
  if (typeof handle !== "function" || !("createSyncAccessHandle" in handle.prototype)) {
    throw missing("createSyncAccessHandle, which dedicated workers have,");
  }
  return navigator.locks;
}
