import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase } from "../../../../mod.ts";
import { fileDriver } from "../../../../drivers/file.ts";
import { sqliteDriver } from "../../../../drivers/sqlite.ts";
import { closing } from "../../subject.ts";
import { schema } from "../suite.ts";

/** Opens a database on a file, as one of several processes. */
export async function openAt(
  kind: string,
  path: string,
  durability: "relaxed" | "strict",
): Promise<Database> {
  if (kind === "file") return await openDatabase(schema, fileDriver(path), { durability });
  const client = new DatabaseSync(path);
  return closing(await openDatabase(schema, sqliteDriver(client), { durability }), () => {
    client.close();
  });
}
