// Opens the file that it is given with version 2 and prints whether its step ran and how many rows it sees.
import { DatabaseSync } from "node:sqlite";
import { integer, type Migration, openDatabase, query, table, text } from "../../../mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";

const notes = table("notes", { id: integer().primaryKey(), title: text(), n: integer() });
let ran = 0;
const client = new DatabaseSync(Deno.args[0] ?? ":memory:");
const schema = {
  tables: [notes],
  version: 2,
  migrations: {
    2: async (m: Migration) => {
      ran++;
      await m.addColumn("notes", "n", integer(), { fill: ({ id }) => id });
      await new Promise((done) => setTimeout(done, 100)); // others come meanwhile
      await m.each("notes", (row) => ({ ...row, n: Number(row.n) + 1 }));
    },
  },
};
{
  await using db = await openDatabase(schema, sqliteDriver(client));
  const rows = await db.all(query(notes));
  console.log(JSON.stringify({ ran, right: rows.filter(({ id, n }) => n === id + 1).length }));
}
client.close();
