/**
 * Live queries against fresh runs: random schemas, rows, queries and histories.
 *
 * @module
 */
import fc from "fast-check";
import { freezeRows } from "../../engine/mod.ts";
import { createStore, type Query, type Store } from "../../mod.ts";
import { type DifferentialSource, type LooseQuery, query } from "../differential/api.ts";
import { buildQuery, type BuiltPair } from "../differential/build_query.ts";
import { change, createDataset, type Dataset, fill } from "../differential/dataset.ts";
import { caseSpec, changeSpec } from "../differential/generate.ts";
import { show, showTable } from "../differential/show.ts";
import { checkWatched, watch, type Watched } from "./watched.ts";

freezeRows(true); // what writes to a row that was given out fails here

const MOST_QUERIES = 14;
const stepSpec = fc.record({
  kind: fc.constantFrom("one", "one", "one", "one", "together", "rollback", "undo", "redo"),
  changes: fc.array(changeSpec, { minLength: 1, maxLength: 5 }),
});
type StepSpec = typeof stepSpec extends fc.Arbitrary<infer T> ? T : never;

/** Watches a query with its window and without, and after one of its rows. */
function* watchPair(store: Store, { base, windowed, pageable }: BuiltPair, at: number) {
  yield watch(store, base.query, base.json);
  if (windowed.query.hash !== base.query.hash) yield watch(store, windowed.query, windowed.json);
  if (!pageable) return;
  let after: LooseQuery;
  try {
    const rows = store.all(base.query as unknown as Query<unknown>);
    if (rows.length === 0) return;
    after = windowed.query.after(rows[at % rows.length]);
    store.all(after as unknown as Query<unknown>);
  } catch {
    return; // no position, such as a sum beyond int64
  }
  yield watch(store, after, after.toJSON() as { readonly select?: unknown });
}

/** Takes a step; what it takes back is taken back in the model too. */
async function take(store: Store, dataset: Dataset, { kind, changes }: StepSpec): Promise<void> {
  const [first] = changes;
  if (kind === "undo") store.undo();
  else if (kind === "redo") store.redo();
  else if (kind === "one") await change(loosely(store), dataset, first!);
  else {
    const made: Promise<void>[] = [];
    try {
      store.transaction((tx) => {
        // On a store it works before the first await.
        for (const one of changes) made.push(change(loosely(tx), dataset, one));
        if (kind === "rollback") tx.rollback("taken back");
      });
    } catch (error) {
      if (error !== "taken back") throw error;
    }
    await Promise.all(made);
  }
  for (const { table } of dataset.tables) {
    const rows = store.all(query(table) as unknown as Query<object>);
    dataset.data.set(table.name, rows.map((row) => ({ ...row })) as never);
  }
}
// Generated tables have no static types, so sources are used without them.
const loosely = (source: unknown) => source as DifferentialSource;

function check(store: Store, watched: Watched, before: readonly unknown[], reads: boolean): void {
  let expected: readonly unknown[] | undefined;
  try {
    expected = store.all(watched.query);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  }
  checkWatched(watched, expected, before, reads, expected?.length);
}

Deno.test("live queries of any kind are what fresh runs give, after any history", async () => {
  const seed = Number(Deno.env.get("STRATA_SEED") ?? Date.now() % 2 ** 31);
  console.log(`live, random: STRATA_SEED=${seed}`);
  const kinds = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(caseSpec, fc.array(stepSpec, { maxLength: 20 }), async (spec, steps) => {
      const dataset = createDataset(spec);
      using store = createStore(dataset.schema as never);
      const late = spec.shift % 3 === 0; // watched from empty tables on
      const views: Watched[] = [];
      const open = () => {
        for (const each of spec.queries.slice(0, MOST_QUERIES)) {
          for (const view of watchPair(store, buildQuery(each, dataset, true), each.after)) {
            views.push(view);
            const kind = store.explain(view.query).live;
            kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
          }
        }
      };
      if (late) open();
      await fill(loosely(store), dataset);
      if (!late) open();
      for (const [i, step] of steps.entries()) {
        const before = views.map((view) => (view.told = [], view.rows));
        await take(store, dataset, step);
        views.forEach((view, j) => {
          try {
            check(store, view, before[j]!, (i + j) % 3 === 0);
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
        });
      }
    }),
    {
      numRuns: Number(Deno.env.get("STRATA_RUNS") ?? (Deno.env.get("STRATA_LONG") ? 2_000 : 500)),
      seed,
      interruptAfterTimeLimit: 300_000,
    },
  );
  console.log(`live, random: ${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ")}`);
});
