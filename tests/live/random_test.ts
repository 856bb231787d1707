/**
 * Live queries against fresh runs: random schemas, rows, queries and histories.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { freezeRows } from "../../engine/mod.ts";
import { createStore, type DeltaOp, type LiveQuery, type Query, type Store } from "../../mod.ts";
import { type DifferentialSource, type LooseQuery, query } from "../differential/api.ts";
import { buildQuery, type BuiltPair } from "../differential/build_query.ts";
import { change, createDataset, type Dataset, fill } from "../differential/dataset.ts";
import { caseSpec, changeSpec } from "../differential/generate.ts";
import { difference } from "../differential/same.ts";
import { show, showTable } from "../differential/show.ts";
import { apply } from "./apply.ts";

freezeRows(true); // what writes to a row that was given out fails here

const MOST_QUERIES = 14;
const NONE = new Map<number, number>();

const stepSpec = fc.record({
  kind: fc.constantFrom("one", "one", "one", "one", "together", "rollback", "undo", "redo"),
  changes: fc.array(changeSpec, { minLength: 1, maxLength: 5 }),
});
type StepSpec = typeof stepSpec extends fc.Arbitrary<infer T> ? T : never;

interface Watched {
  readonly query: Query<unknown>;
  readonly json: unknown;
  readonly live: LiveQuery<unknown>;
  readonly count: { readonly value: number | undefined };
  /** What the deltas led to. */
  rows: readonly unknown[];
  told: DeltaOp<unknown>[][];
  /** Whether rows of the result show all of their table, so that equal ones are the same. */
  readonly whole: boolean;
}

function watch(store: Store, loose: LooseQuery, json: { readonly select?: unknown }): Watched {
  const query = loose as unknown as Query<unknown>;
  const live = store.live(query);
  const watched: Watched = {
    ...{ query, json, live, count: store.liveCount(query), rows: [], told: [] },
    whole: json.select === undefined,
  };
  live.deltas((ops) => {
    watched.rows = apply(watched.rows, ops);
    watched.told.push([...ops]);
  });
  watched.rows = live.value;
  return watched;
}

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
  const { query, live, told, rows, whole } = watched;
  let expected: readonly unknown[] | undefined;
  try {
    expected = store.all(query);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
  }
  assertEquals(live.status.value, expected ? "ready" : "failed", "status");
  if (!expected) {
    assertEquals(told.length, 0, "told of a failure");
    if (reads) assertSame(live.value, before, "what a failure keeps");
    return;
  }
  assertSame(rows, expected, "what deltas led to");
  assertEquals(watched.count.value, expected.length, "count");
  const changed = difference(before, expected, NONE) !== undefined;
  // Rows that do not show their keys may change places with others of the same content.
  const least = changed ? 1 : 0;
  assertEquals(told.length, whole ? least : Math.max(least, Math.min(told.length, 1)), "told");
  if (reads) {
    assertSame(live.value, expected, "value");
    rows.forEach((row, i) => assertStrictEquals(row, live.value[i], "row from deltas"));
  }
  if (told.length === 0 && reads) {
    rows.forEach((row, i) => assertStrictEquals(row, before[i], "kept row"));
  }
  const known = new Set(before);
  for (const op of told[0] ?? []) {
    if ("change" in op && difference(op.row, op.before, NONE) === undefined) {
      throw new Error("A change that changes nothing");
    }
    if (!whole || !("insert" in op) || known.has(op.row)) continue;
    if (before.some((row) => difference(row, op.row, NONE) === undefined)) {
      throw new Error("A row that was there comes as another object");
    }
  }
}

function assertSame(actual: unknown, expected: readonly unknown[], what: string): void {
  const where = difference(actual, expected, NONE);
  if (where === undefined) return;
  throw new Error(
    `${what} differs at ${where}\n  actual   ${show(actual)}\n  expected ${show(expected)}`,
  );
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
      numRuns: Number(Deno.env.get("STRATA_RUNS") ?? (Deno.env.get("STRATA_LONG") ? 2_000 : 200)),
      seed,
      interruptAfterTimeLimit: 300_000,
    },
  );
  console.log(`live, random: ${[...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ")}`);
});
