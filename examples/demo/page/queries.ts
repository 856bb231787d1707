/**
 * What the page asks. The server's SQLite and the browser's IndexedDB get the same queries, and give the same
 * rows.
 *
 * @module
 */
import { count, gte, lte, oneOf, type Query, query, startsWith, sum } from "@strata/data";
import { cities, countries } from "../data/schema.ts";
import { fold } from "../data/fold.ts";
import type { Filters } from "./filters.ts";

export const PAGE_ROWS = 25;
/** The largest cities are enough to draw the continents. */
const DOTS = 3_000;

/** A row of the table. */
export interface City {
  readonly id: number;
  readonly name: string;
  readonly folded: string;
  readonly population: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly country: string;
  readonly land: { readonly code: string; readonly name: string };
}
export interface Continent {
  readonly land: { readonly region: string };
  readonly people: number | null;
  readonly cities: number;
}
export interface Dot {
  readonly longitude: number;
  readonly latitude: number;
  readonly population: number;
}
/** A country to choose. */
export interface Land {
  readonly code: string;
  readonly name: string;
  readonly region: string;
}
export interface StarredCity {
  readonly id: number;
  readonly name: string;
  readonly population: number;
  readonly land: { readonly name: string };
}

const placed = query(cities).join("land", countries, { code: "country" });

const SORT_PATHS = {
  name: "folded",
  country: "land.name",
  population: "population",
  latitude: "latitude",
} as const;

function matching(filters: Filters): typeof placed {
  const { search, country, continent, least, most } = filters;
  let found = placed;
  if (search !== "") found = found.where({ folded: startsWith(fold(search)) });
  if (country !== "") found = found.where({ country });
  if (continent !== "") found = found.where({ "land.region": continent });
  if (least !== null) found = found.where({ population: gte(least) });
  if (most !== null) found = found.where({ population: lte(most) });
  return found;
}

/** The rows of the table: those after a cursor, in the order asked for. */
export function citiesOf(filters: Filters): Query<City> {
  return matching(filters)
    .orderBy(SORT_PATHS[filters.sort], filters.direction)
    .after(filters.after === "" ? undefined : filters.after)
    .limit(PAGE_ROWS)
    .select(
      ...["id", "name", "folded", "population", "latitude", "longitude", "country"] as const,
      ...["land.code", "land.name"] as const,
    );
}

/** People and cities of each continent, whichever is chosen. */
export function continentsOf(filters: Filters): Query<Continent> {
  return matching({ ...filters, continent: "" })
    .groupBy(["land.region"], { people: sum("population"), cities: count() })
    .orderBy("people", "desc");
}

/** Where the largest matching cities are. */
export function dotsOf(filters: Filters): Query<Dot> {
  return matching(filters)
    .orderBy("population", "desc")
    .limit(DOTS)
    .select("longitude", "latitude", "population");
}

/** What a visitor can choose from. */
export const lands: Query<Land> = query(countries).orderBy("name").select("code", "name", "region");

/** The cities with these keys, largest first. */
export function citiesWith(ids: readonly number[]): Query<StarredCity> {
  return placed.where({ id: oneOf(ids) }).orderBy("population", "desc")
    .select("id", "name", "population", "land.name");
}
