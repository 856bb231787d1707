import { evaluate } from "../reference/evaluate.ts";
import type { QueryJson, Row } from "../reference/model.ts";
import {
  cursorOf,
  type DifferentialSource,
  type LooseQuery,
  operators,
  parseQuery,
} from "./api.ts";
import type { BuiltPair } from "./build_query.ts";
import type { BuiltQuery } from "./build_steps.ts";
import type { Dataset } from "./dataset.ts";
import { difference } from "./same.ts";
import { show } from "./show.ts";

/** A way in which a source isn't what the reference says. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

type Outcome = { readonly rows: readonly unknown[] } | { readonly error: Error };

/** Runs a query, with its window and without, every way there is. */
export async function checkQuery(
  source: DifferentialSource,
  dataset: Dataset,
  pair: BuiltPair,
  options: { readonly pageSize: number; readonly after: number; readonly exact: boolean },
): Promise<void> {
  await checkRows(source, dataset, pair.windowed, options.exact);
  const rows = await checkRows(source, dataset, pair.base, options.exact);
  if (rows === undefined || !pair.pageable || rows.some(isBeyondInt64)) return;
  await checkAfter(source, dataset, pair, rows, options.after);
  await checkPages(source, pair.base.query, rows, options.pageSize);
}

/** A sum of bigints is exact, but as an operand or in a cursor it must be an int64. */
function isBeyondInt64(row: unknown): boolean {
  // Rows are objects.
  return Object.values(row as Row).some((value) =>
    typeof value === "bigint" && BigInt.asIntN(64, value) !== value
  );
}

/** The rows that a source gives, once they are what the reference says; undefined for an error. */
async function checkRows(
  source: DifferentialSource,
  dataset: Dataset,
  { query, json }: BuiltQuery,
  exact: boolean,
): Promise<readonly unknown[] | undefined> {
  const slack = new Map<number, number>();
  const expected = expectedOf(json, dataset, slack);
  const written = JSON.parse(JSON.stringify(query)) as QueryJson;
  expectSame("the reference on toJSON()", expectedOf(written, dataset, slack), expected, slack);
  const actual = await outcome(() => source.all(query));
  if (isUpToThePlan(json) && ("error" in actual) !== ("error" in expected)) return undefined;
  expectSame("all", actual, expected, exact ? new Map() : slack);
  if ("error" in actual || "error" in expected) return undefined;
  await checkVerbs(source, query, actual.rows);
  const parsed = parseQuery(dataset.schema, written);
  if (parsed.hash !== query.hash) throw new Disagreement("parseQuery gives another hash");
  expectSame("all of parseQuery", await outcome(() => source.all(parsed)), actual, new Map());
  return actual.rows;
}

/**
 * Whether the rules leave open that an error shows: where no row is asked for, and among
 * grouped or distinct children that belong to no parent, which are read or not as an index
 * allows.
 */
function isUpToThePlan({ steps, limit = 1, with: values = [] }: QueryJson): boolean {
  const rows = typeof limit === "number" ? limit : new Map(values).get(limit.$[1]);
  return rows === 0 || steps.some((step) => {
    if (!("include" in step)) return false;
    const { query } = step.include;
    return query.distinct === true || query.steps.some((inner) => "groupBy" in inner);
  });
}

const DUE = [TypeError, RangeError, AggregateError];

function expectedOf(
  json: QueryJson,
  { tables, data }: Dataset,
  slack: Map<number, number>,
): Outcome {
  try {
    return { rows: evaluate(json, tables.map(({ model }) => model), data, slack) };
  } catch (error) {
    if (DUE.some((kind) => error instanceof kind)) return { error: error as Error };
    throw error;
  }
}

async function outcome(run: () => unknown): Promise<Outcome> {
  try {
    return { rows: await run() as unknown[] };
  } catch (error) {
    // Only errors are thrown.
    return { error: error as Error };
  }
}

function expectSame(
  what: string,
  actual: Outcome,
  expected: Outcome,
  slack: ReadonlyMap<number, number>,
): void {
  const fail = (why: string) => {
    throw new Disagreement(
      `${what}: ${why}\n  actual   ${shown(actual)}\n  expected ${shown(expected)}`,
      "error" in actual ? { cause: actual.error } : {},
    );
  };
  if ("error" in expected) {
    if (!("error" in actual)) fail(`gives rows instead of a ${expected.error.name}`);
    else if (!isDue(actual.error, expected.error)) fail("throws another error");
    return;
  }
  if ("error" in actual) return fail("throws");
  const where = difference(actual.rows, expected.rows, slack);
  if (where !== undefined) fail(`differs at ${where}`);
}

/** Whether an error has a class that it may have. */
function isDue(actual: Error, expected: Error): boolean {
  return namesOf(actual).some((name) => namesOf(expected).includes(name));
}

function namesOf(error: Error): string[] {
  if (!(error instanceof AggregateError)) return [error.name];
  return error.errors.map((one: unknown) => one instanceof Error ? one.name : "");
}

function shown(outcome: Outcome): string {
  return "error" in outcome ? `${outcome.error}` : show(outcome.rows);
}

/** That count, has, first, iterate and a second run agree with `rows`. */
async function checkVerbs(
  source: DifferentialSource,
  query: LooseQuery,
  rows: readonly unknown[],
): Promise<void> {
  const expect = (verb: string, actual: unknown, expected: unknown) => {
    if (difference(actual, expected, new Map()) === undefined) return;
    throw new Disagreement(`${verb} gives ${show(actual)} where all gives ${show(rows)}`);
  };
  expect("all, run again,", await source.all(query), rows);
  expect("count", await source.count(query), rows.length);
  expect("has", await source.has(query), rows.length > 0);
  expect("first", await source.first(query), rows[0]);
  const iterated: unknown[] = [];
  for await (const row of source.iterate(query)) iterated.push(row);
  expect("iterate", iterated, rows);
}

/** That `after` some row leaves exactly the rows after it: by row, by cursor, by param. */
async function checkAfter(
  source: DifferentialSource,
  dataset: Dataset,
  { base, limit, offset = 0 }: BuiltPair,
  rows: readonly unknown[],
  pick: number,
): Promise<void> {
  if (rows.length === 0) return;
  const at = pick % rows.length;
  const rest = rows.slice(at + 1).slice(offset, limit === undefined ? undefined : offset + limit);
  const cursor = cursorOf(base.query, rows[at]);
  const hole = base.query.after(operators.param!("position"));
  for (const [position, restOf] of [[null, rows], [cursor, rows.slice(at + 1)]] as const) {
    const found = await outcome(() => source.all(hole.with({ position })));
    expectSame("after a param", found, { rows: restOf }, new Map());
  }
  for (const position of [rows[at], cursor]) {
    let query = base.query.after(position);
    if (limit !== undefined) query = query.limit(limit);
    if (offset > 0) query = query.offset(offset);
    const what = typeof position === "string" ? "after a cursor" : "after a row";
    expectSame(what, await outcome(() => source.all(query)), { rows: rest }, new Map());
    const written = JSON.parse(JSON.stringify(query)) as QueryJson;
    const slack = new Map<number, number>();
    const expected = expectedOf(written, dataset, slack);
    expectSame(`${what}, the reference on toJSON()`, { rows: rest }, expected, slack);
    expectSame(
      `${what}, parsed`,
      await outcome(() => source.all(parseQuery(dataset.schema, written))),
      { rows: rest },
      new Map(),
    );
  }
}

/** That pages of `size`, each after the last row of the one before, are all rows once. */
async function checkPages(
  source: DifferentialSource,
  query: LooseQuery,
  rows: readonly unknown[],
  size: number,
): Promise<void> {
  if (rows.length > 40) return;
  const walked: Row[] = [];
  let page = query.limit(size);
  for (;;) {
    const found = await source.all(page) as Row[];
    walked.push(...found);
    if (found.length < size || walked.length > rows.length) break;
    page = query.after(cursorOf(query, found.at(-1))).limit(size);
  }
  expectSame(`pages of ${size}`, { rows: walked }, { rows }, new Map());
}
