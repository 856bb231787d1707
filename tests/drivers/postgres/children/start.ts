import postgres from "postgres";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../../mod.ts";
import { postgresDriver } from "../../../../drivers/postgres.ts";

/** Opens the database whose address a program was given as its first argument. */
export async function openGiven(schema: Schema, options?: OpenOptions): Promise<Database> {
  const sql = postgres(Deno.args[0] ?? "", { max: 3, onnotice() {}, fetch_types: false });
  const db = await openDatabase(schema, postgresDriver(sql), options);
  void db.closed.then(() => sql.end({ timeout: 1 }));
  return db;
}
