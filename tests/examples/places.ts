// Where the examples are tested: in memory, and in a SQLite file with a client of its own for each database.
import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase, type Schema } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { sqliteDriver } from "@strata/data/drivers/sqlite";

/** Gives a database of the place: in memory always the same one, of a file one more each time. */
export type OpenMore = (schema: Schema) => Promise<Database>;

/** Registers a test for each place; what it opens is closed behind it. */
export function testEach(title: string, run: (open: OpenMore) => Promise<void>): void {
  Deno.test(`${title}, in memory`, async () => {
    let db: Promise<Database> | undefined;
    try {
      await run((schema) => db ??= openDatabase(schema, memoryDriver()));
    } finally {
      await (await db)?.close();
    }
  });
  Deno.test(`${title}, in a SQLite file`, async () => {
    const folder = await Deno.makeTempDir();
    const close: (() => Promise<void>)[] = [];
    try {
      await run(async (schema) => {
        const client = new DatabaseSync(`${folder}/data.db`);
        const db = await openDatabase(schema, sqliteDriver(client));
        close.push(async () => {
          await db.close();
          client.close();
        });
        return db;
      });
    } finally {
      for (const end of close) await end();
      await Deno.remove(folder, { recursive: true });
    }
  });
}
