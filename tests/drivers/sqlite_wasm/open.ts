import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { sqliteWasmDriver } from "../../../drivers/sqlite_wasm.ts";

const sqlite3 = await sqlite3InitModule();

/** Opens a database in memory. */
export async function openInMemory(schema: Schema, options?: OpenOptions): Promise<Database> {
  return await openDatabase(schema, sqliteWasmDriver(sqlite3, { name: ":memory:" }), options);
}
