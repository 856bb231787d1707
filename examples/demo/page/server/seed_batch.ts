/**
 * @module
 */
import { type Database, gt, query, type Row } from "@strata/data";
import { cities, countries } from "../../data/schema.ts";

/** Cities of one answer. */
const BATCH = 4_000;

/** A piece of the server's tables for a browser's copy. */
export interface SeedBatch {
  /** All of them, with the first batch. */
  readonly countries: readonly Row<typeof countries>[];
  readonly cities: readonly Row<typeof cities>[];
  /** How many cities there are in all. */
  readonly total: number;
}

/** What follows the city with the key `after`: by key, so nothing that is edited meanwhile is missed. */
export async function seedBatch(db: Database, after: number): Promise<SeedBatch> {
  return {
    countries: after === 0 ? await db.all(query(countries)) : [],
    cities: await db.all(query(cities).where({ id: gt(after) }).orderBy("id").limit(BATCH)),
    total: await db.count(query(cities)),
  };
}
