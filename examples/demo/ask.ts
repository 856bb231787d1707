/**
 * Asks the store one question, times it, and checks the answer against plain JavaScript.
 *
 * @module
 */
import type { Plan, Query, Store } from "../../mod.ts";
import { difference } from "./check.ts";
import type { Data } from "./data.ts";

export interface QuestionOptions<R> {
  readonly title: string;
  readonly query: Query<R>;
  /** How to read the rows. @default `store.all(query)` */
  readonly read?: (store: Store, query: Query<R>) => readonly R[];
  /** A row in short form. */
  readonly show: (row: R) => string;
  /** The same rows by other means: nothing but arrays, sorts and Maps. */
  readonly expected: (data: Data) => readonly NoInfer<R>[];
}

export interface Question {
  readonly title: string;
  ask(store: Store, data: Data): Answer;
}

export interface Answer {
  readonly title: string;
  readonly rows: number;
  /** The first run, which builds the indexes that it is the first to need. */
  readonly firstMs: number;
  /** Median of the runs after it. */
  readonly againMs: number;
  readonly plan: Plan;
  /** The first three rows in short form. */
  readonly shown: readonly string[];
  /** Where the answer differs from the expected one. */
  readonly wrong: string | undefined;
}

/** Forgets the type of the rows, so that questions fit into one list. */
export function question<R>(options: QuestionOptions<R>): Question {
  const { title, query, show, expected } = options;
  const read = options.read ?? ((store: Store) => store.all(query));
  return {
    title,
    ask(store: Store, data: Data): Answer {
      const start = performance.now();
      const rows = read(store, query);
      const firstMs = performance.now() - start;
      return {
        title,
        rows: rows.length,
        firstMs,
        againMs: medianMs(() => read(store, query)),
        plan: store.explain(query),
        shown: rows.slice(0, 3).map(show),
        wrong: difference(rows, expected(data)),
      };
    },
  };
}

function medianMs(run: () => unknown): number {
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[3] ?? 0;
}
