import fc from "fast-check";
import { type Database, query } from "../../../mod.ts";
import { assertSame, show } from "../../conformance/same.ts";
import { until } from "../../conformance/suite.ts";
import { runsOf, seedOf } from "../../model/runs.ts";
import { sleep } from "../subject.ts";
import { Items } from "./model.ts";
import { type Item, items, perform, type Program, programs, Trace, UNDONE } from "./program.ts";

/** One run of a program, and the numbers of the commits between which it was. */
interface Run {
  readonly program: Program;
  readonly seen: readonly string[];
  readonly from: number;
  readonly to: number;
}
/** The run of a program that was kept, by its origin. */
interface Kept {
  readonly origin: string;
  readonly run: Run;
}

const BEGIN: readonly Item[] = [
  { id: "a", kind: 0, amount: 1, tag: 0 },
  { id: "b", kind: 1, amount: 40, tag: null },
  { id: "c", kind: 0, amount: 40, tag: 1 },
];

/** Runs programs at once, the first on the first database, the second on the second... */
async function concurrent(dbs: readonly Database[], all: readonly Program[]) {
  const runs: Run[] = [];
  const kept: Kept[] = [];
  const work = all.map(async (program, i) => {
    const db = dbs[i % dbs.length]!;
    const origin = `${i}`;
    for (let n = 0; n < program.begin; n++) await sleep();
    const trace = (from: number) => {
      const seen = new Trace();
      const end = () => {
        const run = { program, seen: seen.seen, from, to: Infinity };
        runs.push(run);
        return run;
      };
      return { seen, end };
    };
    if (program.plain) {
      const { seen, end } = trace(db.seq);
      for (const op of program.ops) await perform(db, op, seen, { origin });
      return void kept.push({ origin, run: end() });
    }
    let last: Run | undefined;
    await db.transaction(async (tx) => {
      const { seen, end } = trace(db.seq);
      try {
        for (const op of program.ops) await perform(tx, op, seen);
      } finally {
        last = end();
      }
      if (!program.keep) tx.rollback(UNDONE);
    }, { origin }).catch((error) => {
      if (error !== UNDONE) throw error;
      last = undefined;
    });
    if (last) kept.push({ origin, run: last });
  });
  await Promise.all(work);
  return { runs, kept };
}

/** Checks that what was seen and what is there is as if one had come after the other. */
async function check(dbs: readonly Database[], all: readonly Program[]): Promise<void> {
  const [db] = dbs;
  await db!.transaction(async (tx) => {
    await tx.deleteAll(items, {});
    await tx.insert(items, BEGIN);
  });
  for (const each of dbs) {
    // So that each has heard of it.
    await each.transaction(async (tx) => [await tx.get(items, "a"), await tx.count(query(items))]);
  }
  const first = db!.seq;
  const order = new Map<string, number>();
  const stops = dbs.map((each) =>
    each.changes(({ seq, origin }) => {
      if (origin !== undefined) order.set(origin, seq);
    })
  );
  const { runs, kept } = await concurrent(dbs, all);
  for (const each of dbs) {
    // A second read hears of all commits before it.
    await each.transaction(async (tx) => [await tx.get(items, "a"), await tx.count(query(items))]);
  }
  const last = Math.max(first, ...dbs.map(({ seq }) => seq));
  await until(() => order.size === last - first);
  for (const stop of stops) stop();

  const model = new Items(BEGIN);
  const states = new Map([[first, model.rows]]);
  const inOrder = kept.flatMap(({ origin, run }) => {
    const seq = order.get(origin);
    return seq === undefined ? [] : [{ seq, run }];
  }).sort((a, b) => a.seq - b.seq);
  assertSame(
    inOrder.map(({ seq }) => seq),
    Array.from({ length: last - first }, (_, i) => first + 1 + i),
    "seq",
  );
  for (const { seq, run } of inOrder) {
    assertSame(run.seen, model.run(run.program, Infinity).seen, `what commit ${seq} saw`);
    states.set(seq, model.rows);
  }
  const rows = await db!.all(query(items));
  assertSame(rows.map((row) => ({ ...row })), model.sorted, "rows in the end");

  const committed = new Set(inOrder.map(({ run }) => run));
  for (const run of runs) {
    if (committed.has(run)) continue;
    const states_ = [...states].filter(([seq]) => seq >= run.from && seq <= run.to);
    const fits = states_.some(([, state]) => {
      const { seen } = new Items(state.values()).run(run.program, run.seen.length);
      return JSON.stringify(seen) === JSON.stringify(run.seen);
    });
    if (!fits) {
      throw new Error(`A run saw what was at no time: ${show(run.seen)} of ${show(run.program)}`);
    }
  }
}

/** Random transactions at once on databases that share their data, against a serial history. */
export async function checkSerial(
  name: string,
  dbs: readonly Database[],
  count = 200,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(programs, (all) => check(dbs, all)),
    { seed: seedOf(name), numRuns: runsOf(count) },
  );
}
