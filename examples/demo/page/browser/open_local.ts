import { type Database, openDatabase } from "@strata/data";
import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
import { schema } from "../schema.ts";

/** The browser's own database, which all tabs and the worker share. */
export function openLocal(): Promise<Database> {
  return openDatabase(schema, indexedDbDriver(indexedDB, { name: "strata-atlas" }));
}
