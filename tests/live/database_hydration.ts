import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Database } from "../../mod.ts";
import type { DifferentialSource } from "../differential/api.ts";
import { buildQuery } from "../differential/build_query.ts";
import { createDataset, fill } from "../differential/dataset.ts";
import { caseSpec } from "../differential/generate.ts";
import { show } from "../differential/show.ts";
import { check, stepSpec, take, unlessWrong, watchPair } from "./database_random.ts";
import { manualPace } from "./manual_pace.ts";
import { assertSame, type Watched } from "./watched.ts";

/** Live results that begin a row at a time, while commits go on. */
export function testHydration(
  name: string,
  open: (schema: never) => Promise<Database>,
  /** Waits until all that was committed was told. */
  settled: () => Promise<void>,
  runs = 100,
): void {
  Deno.test(`${name}: live results that begin in slices are right, whatever is committed meanwhile`, async () => {
    const seed = Number(Deno.env.get("STRATA_SEED") ?? Date.now() % 2 ** 31);
    console.log(`hydration, ${name}: STRATA_SEED=${seed}`);
    let late = 0;
    const history = fc.asyncProperty(
      caseSpec,
      fc.array(fc.record({ step: stepSpec, turns: fc.oneof(fc.nat(12), fc.nat(80)) }), {
        minLength: 1,
        maxLength: 10,
      }),
      fc.record({ stepRows: fc.constantFrom(1, 1, 3), mostAtOnce: fc.constantFrom(0, 4_096) }),
      async (spec, steps, pace) => {
        using slices = manualPace(pace);
        const dataset = createDataset(spec);
        await using db = await open(dataset.schema as never);
        await fill(db as unknown as DifferentialSource, dataset);
        await settled();
        // While a commit is there and not told yet nothing may be read.
        db.changes(() => void slices.turn());
        const views: Watched[] = [];
        const rest = spec.queries.slice(0, 4).map((each) => buildQuery(each, dataset, true));
        for (const [i, { step, turns }] of steps.entries()) {
          const next = rest.shift();
          // Some begin while it is committed.
          const taking = i % 2 === 0 ? take(db, dataset, step) : undefined;
          if (next) views.push(...await watchPair(db, next, i));
          await taking;
          for (let turn = 0; turn < turns; turn++) slices.turn();
          if (views.some(({ live }) => live.status.value === "loading")) late++;
          if (!taking) await take(db, dataset, step);
        }
        await settled();
        while (slices.turn());
        for (const view of views) {
          const expected = await unlessWrong(() => db.all(view.query));
          try {
            assertEquals(view.live.status.value, expected ? "ready" : "failed", "status");
            if (!expected) continue;
            assertSame(view.live.value, expected, "value");
            assertSame(view.rows, expected, "what deltas led to");
          } catch (error) {
            throw new Error(`${error}\n  query ${show(view.json)}`, { cause: error });
          }
        }
        // What is kept from then on.
        for (const { live, count } of views) {
          count.subscribe(() => {});
          void live.value;
        }
        while (slices.turn());
        for (const { step } of steps.slice(0, 3)) {
          const before = views.map((view) => (view.told = [], view.rows));
          await take(db, dataset, step);
          await settled();
          while (slices.turn());
          for (const [i, view] of views.entries()) await check(db, view, before[i]!, true);
        }
      },
    );
    await fc.assert(history, {
      numRuns: Number(Deno.env.get("STRATA_RUNS") ?? (Deno.env.get("STRATA_LONG") ? 500 : runs)),
      seed,
      interruptAfterTimeLimit: 300_000,
      endOnFailure: Deno.env.has("STRATA_HASTE"),
    });
    assert(late > 0);
  });
}
