/**
 * SQL of your own on a database whose driver speaks it.
 *
 * @module
 */
import { kindOf } from "../schema/accept.ts";
import { sessionOf } from "../db/session_of.ts";
import { NO_BYTES } from "./sql/no_bytes.ts";
import { bindOf, type BindRaw, rawOf } from "./sql/raw.ts";
import { checkStatement } from "./sql/statement_text.ts";

/** A row by the names of its columns, with the values that the client gives. */
export type SqlRow = Readonly<Record<string, unknown>>;

/**
 * Runs one statement of SQL and gives its rows as the client does, decoded by nobody: on SQLite and libSQL a
 * boolean is 0 or 1, a date its milliseconds, JSON its text.
 *
 * Values belong in `params`, one for each `?`: null, numbers, bigints, strings, bytes, and booleans and
 * dates as columns of the schema hold them. What it writes passes by defaults, checks and references;
 * live queries and listeners hear of it as of a change by strangers.
 *
 * @throws {TypeError} When the driver of `db` has no SQL, `text` is no single statement or one that begins
 * or ends a transaction, or `params` are not one such value for each `?`.
 * @throws {DataError} When the engine refuses.
 *
 * @example Ask SQLite itself
 * ```ts
 * import { DatabaseSync } from "node:sqlite";
 * import { openDatabase, table, text } from "@strata/data";
 * import { sql } from "@strata/data/drivers/sql";
 * import { sqliteDriver } from "@strata/data/drivers/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * const client = new DatabaseSync(":memory:");
 * const db = await openDatabase({ tables: [notes] }, sqliteDriver(client));
 * await db.insert(notes, { id: "a", title: "Buy milk" });
 * const [row] = await sql(db, "SELECT upper(title) AS loud FROM notes WHERE id = ?", ["a"]);
 * assertEquals(row?.loud, "BUY MILK");
 * await db.close();
 * client.close();
 * ```
 */
export async function sql(
  db: object,
  text: string,
  params: readonly unknown[] = [],
): Promise<readonly SqlRow[]> {
  const session = sessionOf(db);
  const raw = rawOf(session);
  if (!raw) {
    throw new TypeError("Cannot run SQL as the driver of the database speaks it: it does not");
  }
  checkStatement(text, params.length);
  const rows = await raw(text, Array.from(params, (value) => bindable(value, bindOf(session))));
  // Clients give rows as objects by column.
  return rows as readonly SqlRow[];
}

function bindable(value: unknown, bind: BindRaw): unknown {
  switch (typeof value) {
    case "boolean":
      return bind(value);
    case "number":
    case "bigint":
    case "string":
      return value;
    case "object":
      if (value === null) return value;
      if (value instanceof Uint8Array) return value.length > 0 ? value : NO_BYTES;
      if (value instanceof Date) return bind(value);
  }
  throw new TypeError(`Cannot bind a param as it is a value of SQL: got ${kindOf(value)}`);
}
