/**
 * Every source against the reference evaluator: random schemas, rows and queries, asked
 * before and after random changes.
 *
 * @module
 */
import fc from "fast-check";
import type { Register } from "../conformance/suite.ts";
import { runsOf, seedOf } from "../model/runs.ts";
import type { DifferentialSource, LooseSchema } from "./api.ts";
import { buildQuery, type BuiltPair } from "./build_query.ts";
import { checkComplement } from "./check_complement.ts";
import { checkQuery, Disagreement } from "./check_query.ts";
import { change, createDataset, type Dataset, fill } from "./dataset.ts";
import { type CaseSpec, caseSpec, largeCaseSpec } from "./generate.ts";
import type { QuerySpec } from "./query_spec.ts";
import { show, showTable } from "./show.ts";

export interface DifferentialOptions {
  /**
   * Whether sums and averages of reals are the exact ones. Else they may be off by 1e-9 of
   * the sum of absolute values, and no query compares them or orders by them.
   *
   * @default true
   */
  readonly exactSums?: boolean;
  /** @default 2000, ten times that when STRATA_LONG is set */
  readonly queries?: number;
}

/** Opens an empty source for a schema; it's closed by its `Symbol.asyncDispose` or `dispose`. */
export type OpenSource = (schema: LooseSchema) => DifferentialSource | Promise<DifferentialSource>;

const CASES_A_ROUND = 20;
/** A failing case shrinks for this long at most; the smallest so far is shown then. */
const SHRINK_MS = 60_000;

/** Registers the differential test of one source. */
export function testDifferential(
  name: string,
  open: OpenSource,
  { exactSums = true, queries = 2_000 }: DifferentialOptions = {},
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  register(`${name} gives the rows of the reference when data and queries are random`, async () => {
    const wanted = runsOf(queries);
    const first = seedOf(name);
    const run = (spec: CaseSpec) => runCase(spec, open, exactSums);
    const asked = await askUntil(wanted, first, caseSpec, name, run);
    const large = await askUntil(wanted / 20, first, largeCaseSpec, name, run);
    console.log(
      `${name}: ${asked} queries, ${large} of large tables, each before and after changes`,
    );
  });
}

/** Runs cases until that many queries were asked, and gives how many there were. */
async function askUntil(
  wanted: number,
  first: number,
  cases: fc.Arbitrary<CaseSpec>,
  name: string,
  run: (spec: CaseSpec) => Promise<void>,
): Promise<number> {
  let asked = 0;
  for (let seed = first; asked < wanted; seed++) {
    const property = fc.asyncProperty(cases, async (spec) => {
      await run(spec);
      asked += spec.queries.length;
    });
    const result = await fc.check(property, {
      seed,
      // A case has several queries, so a few are enough where few are wanted.
      numRuns: Math.min(CASES_A_ROUND, Math.ceil(wanted / 4)),
      interruptAfterTimeLimit: SHRINK_MS,
    });
    if (!result.failed) continue;
    const { errorInstance: error, numShrinks } = result;
    const { message, cause } = error instanceof Error ? error : new Error(`${error}`);
    throw new Error(
      `${name} differs from the reference (STRATA_SEED=${seed}, ${numShrinks} shrinks)\n${message}`,
      { cause },
    );
  }
  return asked;
}

async function runCase(spec: CaseSpec, open: OpenSource, exact: boolean): Promise<void> {
  const dataset = createDataset(spec);
  const source = await open(dataset.schema);
  try {
    await fill(source, dataset);
    const built = spec.queries.map((query) => ({
      query,
      pair: reported(dataset, query, () => buildQuery(query, dataset, exact)),
    }));
    for (const { query, pair } of built) await ask(source, dataset, query, pair, exact);
    for (const step of spec.changes) await change(source, dataset, step);
    for (const { query, pair } of built) await ask(source, dataset, query, pair, exact);
  } finally {
    await close(source);
  }
}

async function ask(
  source: DifferentialSource,
  dataset: Dataset,
  query: QuerySpec,
  pair: BuiltPair,
  exact: boolean,
): Promise<void> {
  try {
    await checkQuery(source, dataset, pair, { ...query, exact });
    await checkComplement(source, dataset, query);
  } catch (error) {
    throw described(dataset, show(pair.windowed.json), error);
  }
}

function reported(dataset: Dataset, query: QuerySpec, run: () => BuiltPair): BuiltPair {
  try {
    const built = run();
    if (run().base.query.hash === built.base.query.hash) return built;
    throw new Disagreement("The same query, built again, has another hash");
  } catch (error) {
    throw described(dataset, `built from ${show(query)}`, error);
  }
}

/** The error with all that is needed to see it by hand. */
function described(dataset: Dataset, query: string, error: unknown): Error {
  const tables = dataset.tables.map((table) =>
    showTable(table, dataset.data.get(table.model.name)!)
  );
  const message = error instanceof Error ? `${error.name}: ${error.message}` : `${error}`;
  return new Error(`${message}\n  query ${query}\n${tables.join("\n")}`, { cause: error });
}

async function close(source: DifferentialSource): Promise<void> {
  const closing = source as Partial<AsyncDisposable & Disposable>;
  if (closing[Symbol.asyncDispose]) await closing[Symbol.asyncDispose]!();
  else closing[Symbol.dispose]?.();
}
