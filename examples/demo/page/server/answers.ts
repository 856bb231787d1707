/**
 * @module
 */
import { type Database, parseQuery, type Query } from "@strata/data";
import { schema } from "../../data/schema.ts";
import type { Answer } from "../answer.ts";
import type { Filters } from "../filters.ts";
import { citiesOf, continentsOf, dotsOf, lands } from "../queries.ts";
import type { FirstAnswers } from "../view/explorer.ts";

/** Nobody waits longer for a page. */
const TIMEOUT_MS = 5_000;

/** All that the page shows at first. */
export async function firstAnswers(db: Database, filters: Filters): Promise<FirstAnswers> {
  return {
    cities: await answer(db, citiesOf(filters)),
    continents: await answer(db, continentsOf(filters)),
    dots: await answer(db, dotsOf(filters)),
    lands: await answer(db, lands),
  };
}

/**
 * Answers a query that a browser has sent.
 *
 * @throws {SyntaxError} When it is none over the tables of the server.
 */
export function answerJson(db: Database, json: unknown): Promise<Answer<unknown>> {
  return answer(db, parseQuery(schema, json));
}

async function answer<R>(db: Database, query: Query<R>): Promise<Answer<R>> {
  const start = performance.now();
  const rows = await db.all(query, { timeoutMs: TIMEOUT_MS });
  const ms = performance.now() - start;
  const { detail: _, ...plan } = await db.explain(query);
  return { hash: query.hash, rows, source: "SQLite, server", ms, plan };
}
