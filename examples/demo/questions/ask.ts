/**
 * Asks every source one question, times it, and checks the answers: against plain JavaScript, and against
 * each other.
 *
 * @module
 */
import type { Plan, Query } from "@strata/data";
import { difference, same } from "./check.ts";
import type { Data } from "../data/data.ts";
import type { Source } from "./source.ts";

type Rows<R> = readonly R[] | Promise<readonly R[]>;

export interface QuestionOptions<R> {
  readonly title: string;
  readonly query: Query<R>;
  /** How to read the rows. @default `source.all(query)` */
  readonly read?: (source: Source, query: Query<R>) => Rows<R>;
  /** A row in short form. */
  readonly show: (row: R) => string;
  /** The same rows by other means: nothing but arrays, sorts and Maps. */
  readonly expected: (data: Data) => readonly NoInfer<R>[];
}

export interface Question {
  readonly title: string;
  ask(sources: readonly Source[], data: Data): Promise<Answer>;
}

export interface Answer {
  readonly title: string;
  readonly rows: number;
  /** Median of the runs of each source, after a first one that builds what it needs. */
  readonly ms: readonly number[];
  /** How the first source ran it. */
  readonly plan: Plan;
  /** The first three rows in short form. */
  readonly shown: readonly string[];
  /** Whether all sources gave the same rows in the same order. */
  readonly same: boolean;
  /** Where the first answer that is wrong differs from the expected one, or from another source's. */
  readonly wrong: string | undefined;
}

/** Forgets the type of the rows, so that questions fit into one list. */
export function question<R>(options: QuestionOptions<R>): Question {
  const { title, query, show } = options;
  const read = options.read ?? ((source: Source) => source.all(query));
  return {
    title,
    async ask(sources: readonly Source[], data: Data): Promise<Answer> {
      const expected = options.expected(data);
      const [first] = sources;
      if (!first) throw new TypeError("Cannot ask a question as somebody answers: nobody is there");
      const rows = await read(first, query);
      const ms: number[] = [];
      let equal = true;
      let wrong: string | undefined;
      for (const source of sources) {
        const own = source === first ? rows : await read(source, query);
        equal &&= same(own, rows);
        const where = difference(own, expected) ?? difference(own, rows);
        if (where !== undefined) wrong ??= `${source.name}: ${where}`;
        ms.push(await medianMs(() => read(source, query)));
      }
      const plan = await first.explain(query);
      const shown = rows.slice(0, 3).map(show);
      return { title, rows: rows.length, ms, plan, shown, same: equal, wrong };
    },
  };
}

async function medianMs(run: () => Rows<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    const rows = run();
    if (rows instanceof Promise) await rows;
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[2] ?? 0;
}
