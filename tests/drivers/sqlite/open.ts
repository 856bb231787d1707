import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { closing } from "../../db/subject.ts";

/** Opens a database in memory; its client is closed after it. */
export async function openInMemory(schema: Schema, options?: OpenOptions): Promise<Database> {
  return await openOn(":memory:", schema, options);
}

/** Opens a database on a file of its own, which is removed after it. */
export async function openOnFile(schema: Schema, options?: OpenOptions): Promise<Database> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  const db = await openOn(`${folder}/data.db`, schema, options);
  return closing(db, () => Deno.removeSync(folder, { recursive: true }));
}

/** Opens the database at `path`; its client is closed after it. */
export async function openOn(
  path: string,
  schema: Schema,
  options?: OpenOptions,
): Promise<Database> {
  const client = new DatabaseSync(path);
  try {
    const db = await openDatabase(schema, sqliteDriver(client), options);
    return closing(db, () => client.close());
  } catch (error) {
    client.close();
    throw error;
  }
}
