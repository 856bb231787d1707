import type { Core } from "./core.ts";
import type { DriverSession } from "./driver.ts";
import type { Database } from "./types.ts";

const CORES = new WeakMap<object, Core>();

/** Remembers what is behind a database. */
export function registerDatabase(db: object, core: Core): void {
  CORES.set(db, core);
}

/** Whether a value is a database that this copy of the library opened. */
export function isDatabase(value: unknown): value is Database {
  return typeof value === "object" && value !== null && CORES.has(value);
}

/**
 * What is behind an open database.
 *
 * @throws {TypeError} When `db` was not made by this copy of the library.
 */
export function coreOf(db: object): Core {
  const core = CORES.get(db);
  if (core) return core;
  throw new TypeError(
    "Cannot reach into a database as openDatabase() of this copy of the library made it: it did not",
  );
}

/** The session of an open database, for what reaches past the core; see {@linkcode coreOf}. */
export function sessionOf(db: object): DriverSession {
  return coreOf(db).session;
}
