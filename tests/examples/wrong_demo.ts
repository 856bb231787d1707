// The demo with two mistakes, each in one answer: data behind the expected answer that differs from what the
// sources have, so that right answers look wrong; and a source that leaves out its last row. A program of
// its own: it sets an exit code.
import type { Question } from "../../examples/demo/questions/ask.ts";
import { type Data, readData } from "../../examples/demo/data/data.ts";
import { main } from "../../examples/demo/main.ts";
import { questions } from "../../examples/demo/questions/questions.ts";
import type { Source } from "../../examples/demo/questions/source.ts";

function withoutTokyo(data: Data): Data {
  return { ...data, cities: data.cities.filter((city) => city.name !== "Tokyo") };
}

function forgetful(source: Source): Source {
  if (source.name !== "SQLite") return source;
  return { ...source, all: async (query) => (await source.all(query)).slice(0, -1) };
}

const MISTAKES: Record<string, (question: Question) => Question["ask"]> = {
  "The five largest cities of Japan": ({ ask }) => (sources, data) =>
    ask(sources, withoutTokyo(data)),
  "The Nordic capitals": ({ ask }) => (sources, data) => ask(sources.map(forgetful), data),
  "Every place called Paris": ({ ask }) => ask,
};

const planted = questions.flatMap((question) => {
  const ask = MISTAKES[question.title]?.(question);
  return ask ? [{ title: question.title, ask }] : [];
});

/** The cities that the questions are about; more would only take longer. */
function fewCities(): Data {
  const data = readData();
  return {
    ...data,
    cities: data.cities.filter(({ country, name }) => country === "JP" || name === "Paris"),
  };
}

await main(planted, ["--check"], fewCities);
