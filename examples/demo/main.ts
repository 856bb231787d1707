/**
 * Asks a store of 138,684 rows of real data what a person would ask, and checks each answer
 * against plain JavaScript.
 *
 * `deno task demo` shows it; with `--check` a wrong answer ends it with exit code 1.
 *
 * @module
 */
import type { Question } from "./ask.ts";
import { readData } from "./data.ts";
import { load, rowCount } from "./load.ts";
import { progress } from "./progress.ts";
import { questions } from "./questions.ts";
import { styleFor } from "./style.ts";
import { head, lines } from "./table.ts";

/** How many answers were wrong. */
function demo(questions: readonly Question[]): number {
  const isTerminal = Deno.stdout.isTerminal();
  const style = styleFor(isTerminal);
  const number = new Intl.NumberFormat("en");

  console.log(`\n${style.bold("Strata")}  one query language over your data, here in memory\n`);
  const data = readData();
  const start = performance.now();
  const store = load(data, progress(rowCount(data), isTerminal));
  const ms = performance.now() - start;
  console.log(
    `  ${number.format(data.cities.length)} cities, ${data.countries.length} countries and ` +
      `${number.format(data.films.length)} films loaded in ${ms.toFixed(0)} ms\n`,
  );

  console.log(head(style));
  let wrong = 0;
  for (const question of questions) {
    const answer = question.ask(store, data);
    if (answer.wrong !== undefined) wrong += 1;
    console.log(lines(answer, style));
  }
  store[Symbol.dispose]();

  console.log(
    style.dim("\n  first builds the indexes that it is the first to need; again is a median of 7"),
  );
  const verdict = wrong === 0
    ? style.good(`all ${questions.length} answers equal those of plain JavaScript`)
    : style.bad(`${wrong} of ${questions.length} answers differ from those of plain JavaScript`);
  console.log(`  ${verdict}\n`);
  return wrong;
}

/** Runs the demo; under `--check` a wrong answer makes the exit code 1. */
export function main(questions: readonly Question[], args: readonly string[]): void {
  const wrong = demo(questions);
  if (wrong > 0 && args.includes("--check")) Deno.exitCode = 1;
}

if (import.meta.main) main(questions, Deno.args);
