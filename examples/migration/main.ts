/**
 * An address book of version 1 is opened by a program of version 3:
 * `deno run -A examples/migration/main.ts`.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { DataError, openDatabase, query } from "@strata/data";
import { sqliteDriver } from "@strata/data/drivers/sqlite";
import { people, phones, schema } from "./schema.ts";
import { contacts, entries, version1 } from "./version_1.ts";

const client = new DatabaseSync(":memory:");
{
  await using old = await openDatabase(version1, sqliteDriver(client));
  await old.insert(contacts, entries);
}

{
  await using db = await openDatabase(schema, sqliteDriver(client));
  const book = query(people).include("phones", phones, { person: "id" }).orderBy("last");
  for (const { first, last, phones } of await db.all(book)) {
    const numbers = phones.map(({ kind, number }) => `${number} (${kind})`).join(", ");
    console.log(`${[last, first].filter(Boolean).join(", ")}: ${numbers || "no number"}`);
  }
}

try {
  await openDatabase(version1, sqliteDriver(client));
} catch (error) {
  if (!(error instanceof DataError && error.code === "version")) throw error;
  console.log("A program of version 1 is refused by now.");
}
client.close();
