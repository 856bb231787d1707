import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { integer, openDatabase, table, text } from "../../mod.ts";
import { coreTable, coreTables } from "../../db/core_tables.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { freezeRows } from "../../engine/mod.ts";
import { PLACES } from "../support/places.ts";
import { testOwnTables } from "./own_tables.ts";

freezeRows(true); // what writes to a row that was given out fails here

for (const kind of PLACES) testOwnTables(kind);

Deno.test("sqlite: own tables leave the tables of others alone when they are adopted", async () => {
  const client = new DatabaseSync(":memory:");
  client.exec("CREATE TABLE books (id INTEGER PRIMARY KEY, title VARCHAR(20))");
  const layout = () => client.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
  const before = layout();
  const books = table("books", { id: integer().primaryKey(), title: text().optional() });
  const items = coreTable("strata_items", { id: text().primaryKey() });
  for (let round = 1; round <= 2; round++) {
    const db = await openDatabase({ tables: [books] }, sqliteDriver(client), { adopt: true });
    if (round === 1) assertEquals(layout(), before);
    const source = await coreTables(db, [items]);
    await source.insert(items, { id: `${round}` });
    await db.insert(books, { id: round, title: "t" });
    assertEquals(await source.getMany(items, ["1", "2"]).then((rows) => rows.map(Boolean)), [
      true,
      round === 2,
    ]);
    assertEquals(await db.check(), []);
    await db.close();
  }
  assertEquals(layout().filter(({ name }) => name === "books"), before);
  client.close();
});
