/**
 * Adds 1 to a row of a database in a file, through transactions: file, how often. It tells when it is
 * ready, waits for a line, and tells the most runs that one took.
 *
 * @module
 */
import { integer, openDatabase, type Schema, table, text } from "../../../../mod.ts";
import { fileDriver } from "../../../../drivers/file.ts";
import { tell } from "../../sqlite/children/start.ts";

export const counters = table("counters", { id: text().primaryKey(), n: integer() });
export const schema: Schema = { tables: [counters] };

async function main(): Promise<void> {
  const [path = "", times = "0"] = Deno.args;
  const db = await openDatabase(schema, fileDriver(path));
  tell("ready");
  await Deno.stdin.read(new Uint8Array(10));
  let most = 0;
  for (let i = 0; i < Number(times); i++) {
    await db.transaction(async (tx) => {
      most = Math.max(most, tx.attempt);
      const row = await tx.get(counters, "c");
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await tx.update(counters, "c", { n: row!.n + 1 });
    });
  }
  await db.close();
  tell(`${most}`);
}

if (import.meta.main) await main();
