/**
 * What the browser's database holds: the tables of the server, and two of its own.
 *
 * @module
 */
import { integer, json, query, table, text } from "@strata/data";
import { cities, countries } from "../data/schema.ts";

/** What an edit sets of a city. */
export interface CityPatch {
  readonly name?: string;
  readonly population?: number;
}

/** How far the browser's copy of the cities is. */
export interface Seed {
  /** The largest `id` that is there; those that come after it are missing. */
  readonly after: number;
  readonly rows: number;
  readonly total: number;
}

/** Edits on their way to the server, in the order of their keys. */
export const edits = table("edits", {
  id: text().primaryKey(),
  city: integer(),
  patch: json<CityPatch>(),
});

/** Cities that have a picture; its bytes are a blob of the same key. */
export const pictures = table("pictures", { city: integer().primaryKey(), etag: text() });

export const schema = {
  tables: [countries, cities, edits, pictures],
  values: { seed: json<Seed>().optional() },
};

export const unsent = query(edits).orderBy("id");
