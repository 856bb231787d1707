import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "@strata/data";
import { sqliteDriver } from "@strata/data/drivers/sqlite";
import { type Data, readData } from "../../examples/demo/data/data.ts";
import { cities, countries, schema } from "../../examples/demo/data/schema.ts";
import { servePage } from "../../examples/demo/page/serve.ts";

/** The demo's page over a SQLite database in memory. */
export interface DemoSite extends AsyncDisposable {
  readonly url: string;
  /** Its cities, largest first. */
  readonly cities: Data["cities"];
}

/** Serves the cities of `least` people and more. */
export async function serveDemo(least: number): Promise<DemoSite> {
  const data = readData();
  const some = data.cities.filter(({ population }) => population >= least)
    .sort((a, b) => b.population - a.population || b.id - a.id);
  const client = new DatabaseSync(":memory:");
  const db = await openDatabase(schema, sqliteDriver(client));
  await db.insert(countries, data.countries);
  await db.insert(cities, some);
  const page = await servePage(db, 0);
  return {
    url: page.url,
    cities: some,
    async [Symbol.asyncDispose]() {
      await page[Symbol.asyncDispose]();
      await db.close();
      client.close();
    },
  };
}
