/**
 * The pieces of work that the memory benchmark times.
 *
 * @module
 */
import type { Contestant, Loaded } from "./contestant.ts";
import { compare, type Task, type Work } from "./harness.ts";
import { openOurs } from "./ours.ts";
import { shuffled } from "./random.ts";
import { ROWS, STATUSES, type Todo } from "./rows.ts";

/** Contestants with the rows in them. */
export type Filled = ReadonlyMap<string, Loaded>;

const QUICK = { warmUp: 3, rounds: 31, garbage: "minor" } as const;

/** Loading, and the first query after it, which builds an index where there is one to build. */
export async function loading(
  titles: { readonly load: string; readonly build: string },
  contestants: readonly Contestant[],
  rows: readonly Todo[],
): Promise<Work[]> {
  const rounds = { warmUp: 1, rounds: 7, garbage: "major" } as const;
  const filled = new Map<string, Loaded>();
  const loads = contestants.map(({ name, load }): Task => ({
    name,
    ops: 1,
    run: () => void filled.set(name, load(rows, { indexed: true })),
    after: () => close(filled, name),
  }));
  const builds = contestants.map(({ name, load }): Task => ({
    name,
    ops: 1,
    before: () => void filled.set(name, load(rows, { indexed: true })),
    run: () => filled.get(name)?.top("open"),
    after: () => close(filled, name),
  }));
  return [
    await compare(titles.load, loads, rounds),
    await compare(titles.build, builds, { ...rounds, rounds: 3 }),
  ];
}

function close(filled: Map<string, Loaded>, name: string): void {
  filled.get(name)?.close();
  filled.delete(name);
}

/** A row that nobody looks at is never fetched from memory, so reading a cell is timed too. */
export async function getting(
  titles: { readonly get: string; readonly read: string },
  filled: Filled,
  rows: readonly Todo[],
): Promise<Work[]> {
  const ids = shuffled(ROWS, 4).map((i) => rows[i]?.id ?? "");
  const tasks = (run: (loaded: Loaded, ids: readonly string[]) => number): readonly Task[] =>
    [...filled].map(([name, loaded]) => ({
      name,
      ops: 20_000,
      run: (round: number) => run(loaded, ids.slice((round % 5) * 20_000).slice(0, 20_000)),
    }));
  const gets = tasks((loaded, ids) => {
    let found = 0;
    for (const id of ids) if (loaded.get(id) !== undefined) found += 1;
    return found;
  });
  const reads = tasks((loaded, ids) => {
    let sum = 0;
    for (const id of ids) sum += loaded.get(id)?.priority ?? 0;
    return sum;
  });
  return [await compare(titles.get, gets, QUICK), await compare(titles.read, reads, QUICK)];
}

export async function updating(
  title: string,
  filled: Filled,
  rows: readonly Todo[],
): Promise<Work> {
  const batches = chunks(shuffled(ROWS, 5).map((i) => rows[i]?.id ?? ""), 2_000);
  const tasks = [...filled].map(([name, loaded]): Task => ({
    name,
    ops: 2_000,
    // A constant of its own each round, or a write might change nothing.
    run: (round: number) => loaded.update(batches[round % batches.length] ?? [], round * 4_999),
  }));
  return await compare(title, tasks, QUICK);
}

/** Fills ours anew, with ordered indexes on the updated column that are built and in use. */
export function oursWithIndexes(rows: readonly Todo[]): Filled {
  const orders = [["priority"], ["status", "priority"], ["owner", "priority"]] as const;
  return new Map([0, 1, 3].map((count): [string, Loaded] => {
    const loaded = openOurs(rows, orders.slice(0, count));
    for (const order of orders.slice(0, count)) {
      if (loaded.use(order) !== "index") throw new Error(`Cannot use the index on ${order}`);
    }
    return [`strata, ${count} ordered indexes`, loaded];
  }));
}

/** `ops` by contestant: some take a thousand times as long as others. */
export async function topping(
  title: string,
  filled: Filled,
  ops: Readonly<Record<string, number>>,
): Promise<Work> {
  const tasks = [...filled].map(([name, loaded]): Task => {
    const count = ops[name] ?? 8;
    return {
      name,
      ops: count,
      async run(round: number): Promise<void> {
        for (let i = 0; i < count; i++) {
          const rows = loaded.top(STATUSES[(i + round) % 8] ?? "open");
          if (rows instanceof Promise) await rows;
        }
      },
    };
  });
  return await compare(title, tasks, { warmUp: 2, rounds: 9, garbage: "minor" });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from(
    { length: Math.ceil(items.length / size) },
    (_, i) => items.slice(i * size, (i + 1) * size),
  );
}
