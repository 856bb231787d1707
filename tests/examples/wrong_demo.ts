// The demo with data behind the expected answers that differs from what the store has, so that
// a right answer of the store looks wrong. A program of its own: it sets an exit code.
import type { Data } from "../../examples/demo/data.ts";
import { main } from "../../examples/demo/main.ts";
import { questions } from "../../examples/demo/questions.ts";

const TITLES = ["The five largest cities of Japan", "Every place called Paris"];

function withoutTokyo(data: Data): Data {
  return { ...data, cities: data.cities.filter((city) => city.name !== "Tokyo") };
}

const planted = questions.filter(({ title }) => TITLES.includes(title)).map((question) => ({
  title: question.title,
  ask: (...[store, data]: Parameters<typeof question.ask>) =>
    question.ask(store, withoutTokyo(data)),
}));

main(planted, ["--check"]);
