/**
 * Asks 138,684 rows of real data what a person would ask, in a store, in a database in memory and in a SQLite
 * file, and then shows the cities on a page.
 *
 * `deno task demo` does both, until Ctrl-C; with `--check` it opens the page once and ends. A wrong answer, or a
 * page that fails, is exit code 1.
 *
 * @module
 */
import type { Database } from "@strata/data";
import { type Data, readData } from "./data/data.ts";
import { checkPage } from "./page/check.ts";
import { servePage } from "./page/serve.ts";
import type { Question } from "./questions/ask.ts";
import { questions } from "./questions/questions.ts";
import { runQuestions } from "./questions/run.ts";
import { openSources } from "./questions/source.ts";

/** Runs the demo. */
export async function main(
  questions: readonly Question[],
  args: readonly string[],
  data: () => Data = readData,
): Promise<void> {
  const isCheck = args.includes("--check");
  const { all, sqlite } = await openSources();
  try {
    const wrong = await runQuestions(questions, all, data());
    if (wrong > 0 && isCheck) Deno.exitCode = 1;
    else await show(sqlite, isCheck);
  } finally {
    for (const source of all) await source.close();
  }
}

async function show(db: Database, isCheck: boolean): Promise<void> {
  await using page = await servePage(db);
  if (page.moved) console.log("  Port 8000 is taken, so the page has another one.");
  console.log(`  The cities on a page: ${page.url}${isCheck ? "" : "  (Ctrl-C ends it)"}\n`);
  if (!isCheck) return await interrupted();
  const problem = await checkPage(page.url);
  console.log(
    problem ? `  ✗ The page: ${problem}\n` : "  ✓ The page has its rows and its script\n",
  );
  if (problem) Deno.exitCode = 1;
}

/** Resolves when the user wants to end it. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      Deno.removeSignalListener("SIGINT", end);
      resolve();
    };
    Deno.addSignalListener("SIGINT", end);
  });
}

if (import.meta.main) await main(questions, Deno.args);
