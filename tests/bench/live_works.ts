/**
 * The pieces of work that the live benchmark times.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import { query } from "../../mod.ts";
import { compare, type Task, type Work } from "./harness.ts";
import type { LiveContestant, LiveRun, LiveWork, Patch } from "./live_contestant.ts";
import { openTodos } from "./live_ours.ts";
import { randomFrom } from "./random.ts";
import type { Todo } from "./rows.ts";

// Short samples and many: a busy machine disturbs some of them, and the least shows what it costs.
const ROUNDS = { warmUp: 10, rounds: 60, garbage: "minor" } as const;
const FEW = { warmUp: 2, rounds: 9, garbage: "minor" } as const;
const BATCH = 100;

/** Contestants with the rows in them and one live query open. */
export type Opened = ReadonlyMap<LiveContestant, LiveRun>;

/** New values for random rows; every seed gives others. */
export function patches(
  rows: readonly Todo[],
  work: LiveWork,
  count: number,
  seed: number,
): Patch[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => {
    const id = rows[Math.floor(random() * rows.length)]?.id ?? "";
    const value = Math.floor(random() * rows.length);
    return work === "filter" ? { id, priority: value } : { id, amount: value / 4 + random() / 8 };
  });
}

export async function openAll(
  contestants: readonly LiveContestant[],
  rows: readonly Todo[],
  work: LiveWork,
): Promise<Opened> {
  const opened = new Map<LiveContestant, LiveRun>();
  for (const contestant of contestants) {
    if (contestant.works.includes(work)) opened.set(contestant, await contestant.open(rows, work));
  }
  return opened;
}

/** Throws an Error that names the contestant whose result differs, before and after writes. */
export async function agreeLive(
  contestants: readonly LiveContestant[],
  rows: readonly Todo[],
  work: LiveWork,
): Promise<void> {
  const opened = await openAll(contestants, rows, work);
  const list = patches(rows, work, 300, 11);
  let expected: string | undefined;
  for (const [{ name }, run] of opened) {
    const results = [run.result()];
    for (const patch of list.slice(0, 100)) await run.write(patch);
    results.push(run.result());
    await run.batch(list.slice(100));
    results.push(run.result());
    if (run.told < 2) throw new Error(`${name}, ${work}: its listener was told ${run.told} times`);
    const text = JSON.stringify(results);
    expected ??= text;
    if (text !== expected) throw new Error(`${name}, ${work}: its result differs`);
    run.close();
  }
}

/** How a sample is made of writes; all three give the microseconds of the writes alone. */
const MODES = {
  "one write after the other": async (run: LiveRun, list: readonly Patch[]) => {
    const start = performance.now();
    for (const patch of list) {
      const done = run.write(patch);
      if (done instanceof Promise) await done;
    }
    return (performance.now() - start) * 1_000;
  },
  "one write a macrotask": async (run: LiveRun, list: readonly Patch[]) => {
    let micros = 0;
    for (const patch of list) {
      await new Promise<void>((resolve) => void setImmediate(resolve));
      const start = performance.now();
      const done = run.write(patch);
      if (done instanceof Promise) await done;
      micros += (performance.now() - start) * 1_000;
    }
    return micros;
  },
  [`${BATCH} writes a batch`]: async (run: LiveRun, list: readonly Patch[]) => {
    const start = performance.now();
    for (let i = 0; i < list.length; i += BATCH) {
      const done = run.batch(list.slice(i, i + BATCH));
      if (done instanceof Promise) await done;
    }
    return (performance.now() - start) * 1_000;
  },
};
export const LOOP = "one write after the other";

/** How many writes a sample has: those that take a thousand times as long get fewer. */
function opsOf(name: string, work: LiveWork): number {
  if (name === "run again" || name === "tanstack db" && work !== "filter") return 2;
  if (name === "strata, value read" && work === "filter") return 20;
  return name.startsWith("strata") || name === "by hand" ? 200 : 20;
}

export async function updatingLive(
  title: string,
  opened: Opened,
  rows: readonly Todo[],
  work: LiveWork,
): Promise<Work[]> {
  const works: Work[] = [];
  for (const [m, [mode, sample]] of Object.entries(MODES).entries()) {
    const batched = mode.includes("batch");
    const tasks = [...opened].map(([{ name }, run]): Task => {
      const ops = batched ? Math.max(opsOf(name, work), BATCH) : opsOf(name, work);
      // Values of its own each round, or a write might change nothing.
      const list = (round: number) => patches(rows, work, ops, 1_000 * m + round);
      return { name, ops, run: (round) => sample(run, list(round)), timesItself: true };
    });
    const slow = (name: string) => opsOf(name, work) === 2;
    const found = await compare(mode, tasks.filter(({ name }) => !slow(name)), ROUNDS);
    const rest = await compare(mode, tasks.filter(({ name }) => slow(name)), FEW);
    works.push({
      title: `${title}, ${mode}`,
      figures: new Map([...found.figures, ...rest.figures]),
    });
  }
  return works;
}

/** Opening a live window, against filtering and sorting the rows once. */
export async function opening(title: string, rows: readonly Todo[]): Promise<Work> {
  const { store, queries } = openTodos(rows);
  const sorted = () =>
    rows.filter(({ status, done }) => status === "open" && !done)
      .sort((a, b) => b.amount - a.amount || (a.id < b.id ? 1 : -1)).slice(0, 20);
  const half = () =>
    rows.filter(({ priority }) => priority >= rows.length / 2).sort((a, b) => a.id < b.id ? -1 : 1);
  const open = (asked: typeof queries.filter) => () => {
    const live = store.live(asked);
    live.subscribe(() => {})();
    live[Symbol.dispose]();
  };
  const tasks = [
    { name: "one sort, window", ops: 1, run: () => void sorted() },
    { name: "strata, window", ops: 1, run: open(queries.window) },
    { name: "one sort, filter", ops: 1, run: () => void half() },
    { name: "strata, filter", ops: 1, run: open(queries.filter) },
  ];
  return await compare(title, tasks, { warmUp: 2, rounds: 9, garbage: "minor" });
}

/** A write while nobody listens, while one live query is open, and while a thousand are. */
export async function amongMany(title: string, rows: readonly Todo[]): Promise<Work> {
  const tasks = [0, 1, 1_000].map((count): Task => {
    const { store, todos } = openTodos(rows);
    for (let i = 0; i < count; i++) {
      store.live(query(todos).where({ owner: `user-${i}` })).subscribe(() => {});
    }
    // Rows of one owner, whose live query is open in both cases.
    const ids = rows.filter(({ owner }) => owner === "user-0").map(({ id }) => id);
    const ops = 200;
    return {
      name: `${count} open`,
      ops,
      run(round) {
        for (let i = 0; i < ops; i++) {
          store.update(todos, ids[i % ids.length] ?? "", { priority: round * ops + i });
        }
      },
    };
  });
  return await compare(title, tasks, ROUNDS);
}
