/**
 * Three tables, as an app would declare them.
 *
 * @module
 */
import { boolean, date, integer, json, real, table, text } from "@strata/data";

/** What a country knows about itself; it stays one JSON value and can be asked all the same. */
export interface Facts {
  readonly languages: readonly string[];
  readonly currencies: readonly string[];
  /** Three-letter codes of the neighbours. */
  readonly borders: readonly string[];
  readonly landlocked: boolean;
  readonly location: { readonly latitude: number; readonly longitude: number };
}

export const countries = table("countries", {
  code: text().primaryKey(),
  name: text(),
  region: text(),
  capital: text().optional(),
  area: real(),
  member: boolean(),
  facts: json<Facts>(),
}, { indexes: ["region"] });

export const cities = table("cities", {
  id: integer().primaryKey(),
  name: text().check((name) => name.trim() !== ""),
  // What a search compares with: see fold.ts.
  folded: text(),
  country: text().references("countries"),
  population: integer().check((people) => people >= 0),
  latitude: real(),
  longitude: real(),
}, {
  indexes: [
    ...["name", "folded", "population", "latitude"] as const,
    ["country", "population"],
    ["country", "name"],
  ],
});

export const films = table("films", {
  id: integer().primaryKey(),
  title: text().optional(),
  genre: text().optional(),
  director: text().optional(),
  rating: real().optional(),
  votes: integer().optional(),
  budget: integer().optional(),
  gross: integer().optional(),
  released: date(),
  // Queries have no date parts: what you group by, you store.
  decade: integer(),
}, { indexes: ["rating", ["genre", "rating"], "released", "decade"] });

export const schema = { tables: [countries, cities, films] };
