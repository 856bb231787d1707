import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase } from "@strata/data";
import { sqliteDriver } from "@strata/data/drivers/sqlite";
import { schema } from "./schema.ts";

// Vite loads modules again after an edit; the database stays the one that was opened first.
const kept = globalThis as { notesDatabase?: Promise<Database> };

/** The database of this process. */
export function database(): Promise<Database> {
  return kept.notesDatabase ??= openDatabase(schema, sqliteDriver(new DatabaseSync("notes.db")));
}
