/**
 * @module
 */
import { contains, exists, gte, lt, ne, not, oneOf, or, query } from "@strata/data";
import { type Question, question } from "./ask.ts";
import { down, up } from "./plain.ts";
import { cities, countries } from "../data/schema.ts";

const NORDIC = ["DK", "FI", "IS", "NO", "SE"];

export const countryQuestions: readonly Question[] = [
  question({
    title: "The Nordic capitals",
    query: query(countries).where({ code: oneOf(NORDIC) }).orderBy("name"),
    show: (country) => `${country.capital} (${country.name})`,
    expected: (data) =>
      data.countries.filter((country) => NORDIC.includes(country.code))
        .sort(up((country) => country.name)),
  }),
  question({
    title: "Ten largest countries, 5 cities each",
    query: query(countries).orderBy("area", "desc").limit(10)
      .include("top", query(cities).orderBy("population", "desc").limit(5), { country: "code" }),
    show: ({ name, top }) => `${name}: ${top.map((city) => city.name).slice(0, 2).join(", ")}`,
    expected: (data) =>
      [...data.countries].sort(down((country) => country.area, (country) => country.code))
        .slice(0, 10).map((country) => ({
          ...country,
          top: data.cities.filter((city) => city.country === country.code)
            .sort(down((city) => city.population, (city) => city.id)).slice(0, 5),
        })),
  }),
  question({
    title: "Countries with no city of a million",
    query: query(countries)
      .where(not(exists(cities, { country: "code" }, { population: gte(1_000_000) })))
      .orderBy("area", "desc"),
    show: (country) => country.name,
    expected: (data) => {
      const large = data.cities.filter((city) => city.population >= 1_000_000);
      const having = new Set(large.map((city) => city.country));
      return data.countries.filter((country) => !having.has(country.code))
        .sort(down((country) => country.area, (country) => country.code));
    },
  }),
  question({
    title: "Capitals that the city list lacks",
    query: query(countries).where({ capital: ne(null) })
      .leftJoin("seat", cities, { country: "code", name: "capital" })
      .where({ seat: null }).orderBy("name"),
    show: (country) => `${country.capital} (${country.name})`,
    expected: (data) => {
      const seats = new Set(data.cities.map((city) => `${city.country} ${city.name}`));
      return data.countries.filter((country) => country.capital !== null)
        .filter((country) => !seats.has(`${country.code} ${country.capital}`))
        .sort(up((country) => country.name)).map((country) => ({ ...country, seat: null }));
    },
  }),
  question({
    title: "The neighbours of Germany",
    query: query(countries).where({ "facts.borders": contains("DEU") }).orderBy("name"),
    show: (country) => country.name,
    expected: (data) =>
      data.countries.filter((country) => country.facts.borders.includes("DEU"))
        .sort(up((country) => country.name)),
  }),
  question({
    title: "Landlocked, south of the equator",
    query: query(countries)
      .where({ "facts.landlocked": true, "facts.location.latitude": lt(0) })
      .orderBy("facts.location.latitude"),
    show: ({ name, facts }) => `${name} ${-facts.location.latitude}° S`,
    expected: (data) =>
      data.countries.filter((country) => country.facts.landlocked)
        .filter((country) => country.facts.location.latitude < 0)
        .sort(up((country) => country.facts.location.latitude, (country) => country.code)),
  }),
  question({
    title: "Euro or US dollar, but not in the UN",
    query: query(countries).where({ member: false })
      .where(or({ "facts.currencies": contains("EUR") }, { "facts.currencies": contains("USD") }))
      .orderBy("area", "desc"),
    show: ({ name, facts }) => `${name} (${facts.currencies.join(", ")})`,
    expected: (data) =>
      data.countries.filter((country) => !country.member)
        .filter(({ facts }) => facts.currencies.some((code) => code === "EUR" || code === "USD"))
        .sort(down((country) => country.area, (country) => country.code)),
  }),
];
