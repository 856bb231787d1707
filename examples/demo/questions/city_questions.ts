/**
 * @module
 */
import { between, count, gte, query, startsWith, sum } from "@strata/data";
import { type Question, question } from "./ask.ts";
import { byKey, down, need, total, up } from "./plain.ts";
import { cities, countries } from "../data/schema.ts";

const number = new Intl.NumberFormat("en");

export const cityQuestions: readonly Question[] = [
  question({
    title: "The five largest cities of Japan",
    query: query(cities).where({ country: "JP" }).orderBy("population", "desc").limit(5),
    show: (city) => `${city.name} ${number.format(city.population)}`,
    expected: (data) =>
      data.cities.filter((city) => city.country === "JP")
        .sort(down((city) => city.population, (city) => city.id)).slice(0, 5),
  }),
  question({
    title: 'Cities that begin with "San "',
    query: query(cities).where({ name: startsWith("San ") }).orderBy("name"),
    show: (city) => `${city.name} (${city.country})`,
    expected: (data) =>
      data.cities.filter((city) => city.name.startsWith("San "))
        .sort(up((city) => city.name, (city) => city.id)),
  }),
  question({
    title: "French cities of 100,000 to 200,000",
    query: query(cities).where({ country: "FR", population: between(100_000, 200_000) })
      .orderBy("population", "desc"),
    show: (city) => `${city.name} ${number.format(city.population)}`,
    expected: (data) =>
      data.cities.filter((city) => city.country === "FR")
        .filter((city) => city.population >= 100_000 && city.population <= 200_000)
        .sort(down((city) => city.population, (city) => city.id)),
  }),
  question({
    title: "Every place called Paris",
    query: query(cities).where({ name: "Paris" }).join("land", countries, { code: "country" })
      .orderBy("population", "desc"),
    show: (city) => `${city.land.name} ${number.format(city.population)}`,
    expected: (data) => {
      const lands = byKey(data.countries, (country) => country.code);
      return data.cities.filter((city) => city.name === "Paris")
        .sort(down((city) => city.population, (city) => city.id))
        .map((city) => ({ ...city, land: need(lands, city.country) }));
    },
  }),
  question({
    title: "People in cities, by continent",
    query: query(cities).join("land", countries, { code: "country" })
      .groupBy(["land.region"], { people: sum("population"), cities: count() })
      .orderBy("people", "desc"),
    show: ({ land, people }) => `${land.region} ${number.format(people ?? 0)}`,
    expected: (data) => {
      const lands = byKey(data.countries, (country) => country.code);
      const groups = Map.groupBy(data.cities, (city) => need(lands, city.country).region);
      return [...groups].map(([region, of]) => ({
        land: { region },
        people: total(of.map((city) => city.population)),
        cities: of.length,
      })).sort(down((group) => group.people));
    },
  }),
  question({
    title: "Countries: 100 cities above 100,000",
    query: query(cities).where({ population: gte(100_000) })
      .join("land", countries, { code: "country" })
      .groupBy(["land.name"], { large: count() })
      .where({ large: gte(100) }).orderBy("large", "desc"),
    show: ({ land, large }) => `${land.name} ${large}`,
    expected: (data) => {
      const lands = byKey(data.countries, (country) => country.code);
      const large = data.cities.filter((city) => city.population >= 100_000);
      return [...Map.groupBy(large, (city) => need(lands, city.country).name)]
        .map(([name, of]) => ({ land: { name }, large: of.length }))
        .filter((group) => group.large >= 100)
        .sort(down((group) => group.large, (group) => group.land.name));
    },
  }),
  question({
    title: "Where the cities of five million are",
    query: query(cities).where({ population: gte(5_000_000) })
      .join("land", countries, { code: "country" })
      .select("land.name").distinct().orderBy("land.name"),
    show: ({ land }) => land.name,
    expected: (data) => {
      const lands = byKey(data.countries, (country) => country.code);
      const large = data.cities.filter((city) => city.population >= 5_000_000);
      return [...new Set(large.map((city) => need(lands, city.country).name))]
        .sort(up((name) => name)).map((name) => ({ land: { name } }));
    },
  }),
];
