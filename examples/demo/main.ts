/**
 * Asks 138,684 rows of real data what a person would ask: in a store, in a database in memory and in a
 * SQLite file. Each answer is checked against plain JavaScript, and all three against each other.
 *
 * `deno task demo` shows it; with `--check` a wrong answer ends it with exit code 1.
 *
 * @module
 */
import type { Question } from "./ask.ts";
import { type Data, readData } from "./data.ts";
import { load, rowCount } from "./load.ts";
import { progress } from "./progress.ts";
import { questions } from "./questions.ts";
import { openSources, type Source } from "./source.ts";
import { type Style, styleFor } from "./style.ts";
import { head, lines } from "./table.ts";

const number = new Intl.NumberFormat("en");

/** How many answers were wrong. */
async function demo(questions: readonly Question[], data: () => Data): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const style = styleFor(isTerminal);
  console.log(`\n${style.bold("Strata")}  one query, the same rows from every engine\n`);
  const rows = data();
  const sources = await openSources();
  try {
    await fill(sources, rows, isTerminal);
    return await askAll(sources, { questions, data: rows, style });
  } finally {
    for (const source of sources) await source.close();
  }
}

async function fill(sources: readonly Source[], data: Data, isTerminal: boolean): Promise<void> {
  const times: string[] = [];
  for (const source of sources) {
    const ms = await load(source, data, progress(rowCount(data), isTerminal));
    times.push(`${source.name} ${ms.toFixed(0)} ms`);
  }
  console.log(
    `  ${number.format(data.cities.length)} cities, ${data.countries.length} countries and ` +
      `${number.format(data.films.length)} films, loaded three times:\n  ` +
      `${times.join(", ")}\n`,
  );
}

async function askAll(
  sources: readonly Source[],
  { questions, data, style }: { questions: readonly Question[]; data: Data; style: Style },
): Promise<number> {
  console.log(head(sources.map(({ name }) => name), style));
  let wrong = 0;
  for (const question of questions) {
    const answer = await question.ask(sources, data);
    if (answer.wrong !== undefined) wrong += 1;
    console.log(lines(answer, style));
  }
  console.log(
    style.dim(
      "\n  store: in memory, synchronous. memory: a database in memory. SQLite: a database in a file." +
        "\n  Times are medians of 5; the plan is that of the store.",
    ),
  );
  const verdict = wrong === 0
    ? style.good(
      `all ${questions.length} answers equal those of plain JavaScript, the same from each source`,
    )
    : style.bad(`${wrong} of ${questions.length} answers differ from those of plain JavaScript`);
  console.log(`  ${verdict}\n`);
  return wrong;
}

/** Runs the demo; under `--check` a wrong answer makes the exit code 1. */
export async function main(
  questions: readonly Question[],
  args: readonly string[],
  data: () => Data = readData,
): Promise<void> {
  const wrong = await demo(questions, data);
  if (wrong > 0 && args.includes("--check")) Deno.exitCode = 1;
}

if (import.meta.main) await main(questions, Deno.args);
