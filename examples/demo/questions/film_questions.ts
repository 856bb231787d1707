/**
 * @module
 */
import { avg, between, column, count, cursorOf, gte, ilike, lt, max, ne } from "@strata/data";
import { type Query, query } from "@strata/data";
import { type Question, question } from "./ask.ts";
import { compare, down, mean, up } from "./plain.ts";
import { films } from "../data/schema.ts";
import type { Source } from "./source.ts";

const FROM = new Date("1999-07-01");
const TO = new Date("1999-07-31");

/** Page after page, each from where the one before ended. */
async function everyPage<R>(source: Source, query: Query<R>): Promise<readonly R[]> {
  const rows: R[] = [];
  for (let page = await source.all(query); page.length > 0;) {
    rows.push(...page);
    const last = page[page.length - 1];
    page = last === undefined ? [] : await source.all(query.after(cursorOf(query, last)));
  }
  return rows;
}

export const filmQuestions: readonly Question[] = [
  question({
    title: "The best film of each genre",
    query: query(films).where({ genre: ne(null) })
      .groupBy(["genre"], { films: count() }).orderBy("genre")
      .include(
        "best",
        query(films).where({ votes: gte(10_000) }).orderBy("rating", "desc").limit(1),
        {
          genre: "genre",
        },
      ),
    show: ({ genre, best }) => `${genre}: ${best[0]?.title}`,
    expected: (data) => {
      const genres = Map.groupBy(
        data.films.filter((film) => film.genre !== null),
        (film) => film.genre,
      );
      return [...genres].sort(([a], [b]) => compare(a, b)).map(([genre, of]) => ({
        genre,
        films: of.length,
        best: of.filter((film) => (film.votes ?? 0) >= 10_000)
          .sort(down((film) => film.rating, (film) => film.id)).slice(0, 1),
      }));
    },
  }),
  question({
    title: "Genres by rating, from 50 films up",
    query: query(films).groupBy(["genre"], { films: count(), rating: avg("rating") })
      .where({ genre: ne(null), films: gte(50) }).orderBy("rating", "desc"),
    show: ({ genre, rating }) => `${genre} ${rating?.toFixed(2)}`,
    expected: (data) =>
      [...Map.groupBy(data.films, (film) => film.genre)].map(([genre, of]) => ({
        genre,
        films: of.length,
        rating: mean(of.map((film) => film.rating).filter((rating) => rating !== null)),
      }))
        .filter((group) => group.genre !== null && group.films >= 50)
        .sort(down((group) => group.rating, (group) => group.genre)),
  }),
  question({
    title: "Films and best rating per decade",
    query: query(films).groupBy(["decade"], { films: count(), best: max("rating") })
      .orderBy("decade", "desc"),
    show: ({ decade, films, best }) => `${decade}s: ${films} up to ${best}`,
    expected: (data) =>
      [...Map.groupBy(data.films, (film) => film.decade)].map(([decade, of]) => ({
        decade,
        films: of.length,
        best: of.map((film) => film.rating).sort(compare).at(-1) ?? null,
      })).sort(down((group) => group.decade)),
  }),
  question({
    title: "All films, best first, page by page",
    query: query(films).orderBy("rating", "desc").limit(100),
    read: everyPage,
    show: (film) => `${film.title} ${film.rating}`,
    expected: (data) => [...data.films].sort(down((film) => film.rating, (film) => film.id)),
  }),
  question({
    title: '"War" in the title, in any case',
    query: query(films).where({ title: ilike("%war%") }).orderBy("released"),
    show: (film) => `${film.title} (${film.released.getUTCFullYear()})`,
    expected: (data) =>
      data.films.filter((film) => film.title?.toLowerCase().includes("war"))
        .sort(up((film) => film.released.getTime(), (film) => film.id)),
  }),
  question({
    title: "Loved, and yet it lost money",
    query: query(films)
      .where({ rating: gte(8), votes: gte(10_000), gross: lt(column("budget")) })
      .orderBy("rating", "desc"),
    show: (film) => `${film.title} ${film.rating}`,
    expected: (data) =>
      data.films.filter(({ rating, votes }) => (rating ?? 0) >= 8 && (votes ?? 0) >= 10_000)
        .filter(({ gross, budget }) => gross !== null && budget !== null && gross < budget)
        .sort(down((film) => film.rating, (film) => film.id)),
  }),
  question({
    title: "In the cinemas in July 1999",
    query: query(films).where({ released: between(FROM, TO) }).orderBy("released"),
    show: (film) => `${film.title} (${film.released.getUTCDate()} July)`,
    expected: (data) =>
      data.films.filter((film) => film.released.toISOString().startsWith("1999-07"))
        .sort(up((film) => film.released.getTime(), (film) => film.id)),
  }),
];
