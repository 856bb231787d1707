import fc from "fast-check";
import type { Database, Query } from "../../mod.ts";
import { type DifferentialSource, type LooseQuery, query } from "../differential/api.ts";
import { buildQuery, type BuiltPair } from "../differential/build_query.ts";
import { change, createDataset, type Dataset, fill } from "../differential/dataset.ts";
import { caseSpec, changeSpec } from "../differential/generate.ts";
import { show, showTable } from "../differential/show.ts";
import type { Register } from "../conformance/suite.ts";
import { seedOf, setting } from "../model/runs.ts";
import { denoTest } from "./database_support.ts";
import { checkWatched, type Lively, watch, type Watched } from "./watched.ts";

const MOST_QUERIES = 6;

/** A step of a history. */
export const stepSpec = fc.record({
  kind: fc.constantFrom("one", "one", "one", "at once", "together", "rollback"),
  changes: fc.array(changeSpec, { minLength: 1, maxLength: 4 }),
});
export type StepSpec = typeof stepSpec extends fc.Arbitrary<infer T> ? T : never;

// Generated tables have no static types, so sources are used without them.
const loosely = (source: unknown) => source as DifferentialSource;
const rowsOf = (db: Database, loose: LooseQuery) => db.all(loose as unknown as Query<unknown>);

/** Watches a query with its window and without, and after one of its rows. */
export async function watchPair(
  db: Database,
  { base, windowed, pageable }: BuiltPair,
  at: number,
): Promise<Watched[]> {
  const lives = db as unknown as Lively; // as above
  const views = [watch(lives, base.query, base.json)];
  if (windowed.query.hash !== base.query.hash) {
    views.push(watch(lives, windowed.query, windowed.json));
  }
  if (!pageable) return views;
  try {
    const rows = await rowsOf(db, base.query);
    if (rows.length === 0) return views;
    const after = windowed.query.after(rows[at % rows.length]);
    await rowsOf(db, after);
    views.push(watch(lives, after, after.toJSON() as { readonly select?: unknown }));
  } catch {
    // No position, such as a sum beyond int64.
  }
  return views;
}

/** Takes a step; what it takes back is taken back in the model too. */
export async function take(
  db: Database,
  dataset: Dataset,
  { kind, changes }: StepSpec,
): Promise<void> {
  const [first] = changes;
  if (kind === "one") await change(loosely(db), dataset, first!);
  else if (kind === "at once") {
    await Promise.all(changes.map((one) => change(loosely(db), dataset, one)));
  } else {
    try {
      await db.transaction(async (tx) => {
        for (const one of changes) await change(loosely(tx), dataset, one);
        if (kind === "rollback") tx.rollback("taken back");
      });
    } catch (error) {
      if (error !== "taken back") throw error;
    }
  }
  for (const { table } of dataset.tables) {
    const rows = await rowsOf(db, query(table));
    dataset.data.set(table.name, rows.map((row) => ({ ...row as object })) as never);
  }
}

/** Undefined for a query that no rows, or these rows, allow. */
export async function unlessWrong<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Checks what a step has led to. */
export async function check(
  db: Database,
  watched: Watched,
  before: readonly unknown[],
  reads: boolean,
  slowly = false,
): Promise<void> {
  const expected = await unlessWrong(() => db.all(watched.query));
  const count = await unlessWrong(() => db.count(watched.query));
  checkWatched(watched, expected, before, reads, count, slowly);
}

/** Live queries of any kind over random histories: they are what fresh runs give. */
export function testRandomLive(
  name: string,
  open: (schema: never) => Promise<Database>,
  /** Waits until all that was committed was told. */
  settled: (views: readonly Watched[]) => Promise<void>,
  runs = 60,
  /** Whether answers take a while, so that what is committed at once may be told one by one. */
  slowly = false,
  register: Register = denoTest,
): void {
  register(`${name}: live results are what fresh runs give, after any history`, async () => {
    const seed = seedOf(`live, ${name}`);
    const history = fc.asyncProperty(
      caseSpec,
      fc.array(stepSpec, { maxLength: 10 }),
      async (spec, steps) => {
        const dataset = createDataset(spec);
        await using db = await open(dataset.schema as never);
        const late = spec.shift % 3 === 0; // watched from empty tables on
        const views: Watched[] = [];
        const watchAll = async () => {
          for (const each of spec.queries.slice(0, MOST_QUERIES)) {
            views.push(...await watchPair(db, buildQuery(each, dataset, true), each.after));
          }
          for (const { count } of views) count.subscribe(() => {});
          await Promise.all(views.map(({ live }) => live.ready));
        };
        if (late) await watchAll();
        await fill(loosely(db), dataset);
        if (!late) await watchAll();
        await settled(views);
        for (const [i, step] of steps.entries()) {
          const before = views.map((view) => (view.told = [], view.rows));
          await take(db, dataset, step);
          await settled(views);
          for (const [j, view] of views.entries()) {
            try {
              await check(db, view, before[j]!, (i + j) % 3 === 0, slowly);
            } catch (error) {
              const tables = dataset.tables.map((each) =>
                showTable(each, dataset.data.get(each.model.name)!)
              );
              throw new Error(
                `${error}\n  before   ${show(before[j])}\n  query ${show(view.json)}\n  after ${
                  show(step)
                }\n${tables.join("\n")}`,
                { cause: error },
              );
            }
          }
        }
      },
    );
    await fc.assert(history, {
      numRuns: Number(setting("STRATA_RUNS") ?? (setting("STRATA_LONG") ? 500 : runs)),
      seed,
      interruptAfterTimeLimit: 300_000,
    });
  });
}
