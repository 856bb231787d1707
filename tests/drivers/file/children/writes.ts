/**
 * Writes pairs of rows to a database in a file until it is killed, and tells the number of each as soon as
 * it is acknowledged: the file, and the first number.
 *
 * @module
 */
import { integer, openDatabase, type Schema, table, text } from "../../../../mod.ts";
import { fileDriver } from "../../../../drivers/file.ts";
import { tell } from "../../sqlite/children/start.ts";

export const pairs = table("pairs", { id: text().primaryKey(), batch: integer() });
export const schema: Schema = { tables: [pairs] };

async function main(): Promise<void> {
  const [path = "", first] = Deno.args;
  const db = await openDatabase(schema, fileDriver(path), { durability: "strict" });
  for (let batch = Number(first);; batch++) {
    await db.insert(pairs, [{ id: `${batch} a`, batch }, { id: `${batch} b`, batch }]);
    tell(`${batch}`);
  }
}

if (import.meta.main) await main();
