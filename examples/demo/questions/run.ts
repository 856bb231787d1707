/**
 * Asks each question of all sources, and shows the answers. Each one is checked against plain JavaScript, and
 * against those of the other sources.
 *
 * @module
 */
import type { Data } from "../data/data.ts";
import { load, rowCount } from "../data/load.ts";
import { progress } from "../data/progress.ts";
import type { Question } from "./ask.ts";
import type { Source } from "./source.ts";
import { type Style, styleFor } from "./style.ts";
import { head, lines } from "./table.ts";

const number = new Intl.NumberFormat("en");

/** Fills the sources and asks them everything; how many answers were wrong. */
export async function runQuestions(
  questions: readonly Question[],
  sources: readonly Source[],
  data: Data,
): Promise<number> {
  const isTerminal = Deno.stdout.isTerminal();
  const style = styleFor(isTerminal);
  console.log(`\n${style.bold("Strata")}  one query, the same rows from every engine\n`);
  await fill(sources, data, isTerminal);
  return await askAll(sources, { questions, data, style });
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
