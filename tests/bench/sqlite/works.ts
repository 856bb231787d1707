/**
 * The pieces of work that the SQLite benchmark times.
 *
 * @module
 */
import { compare, type Rounds, type Task, type Work } from "../harness.ts";
import { shuffled } from "../random.ts";
import { ROWS, type Todo } from "../rows.ts";
import type { Filled, Opened } from "./contestant.ts";

/** A contestant with its database. */
export interface Holding extends Filled {
  readonly name: string;
}

/** The rows by priority, which is their place. */
export type Sorted = readonly Todo[];

/** How many rows have their owner set at once, and how many are inserted. */
export const OWNED = 10_000;

/** Rows that are not there yet; `batch` tells those of one call from another's. */
export function newRows(count: number, batch: number): Todo[] {
  return Array.from({ length: count }, (_, i): Todo => ({
    id: `new-${String(batch).padStart(4, "0")}-${String(i).padStart(6, "0")}`,
    title: `New task number ${i}`,
    status: "open",
    owner: `user-${i % 1_000}`,
    priority: ROWS + batch * OWNED + i,
    amount: i / 4 + 0.25,
    done: i % 3 === 0,
  }));
}

// Samples of a few milliseconds, as the shortest ones are not interrupted on a busy machine; so it
// takes many to warm up.
const QUICK: Rounds = { warmUp: 12, rounds: 25, garbage: "minor" };
const SLOW: Rounds = { warmUp: 2, rounds: 9, garbage: "minor" };

/** Takes back what was inserted one by one. */
function forget({ exec }: Holding): Pick<Task, "after"> {
  return { after: () => exec("DELETE FROM todos WHERE id >= 'new-' AND id < 'new.'") };
}

type Call<T> = (opened: Opened, item: T, round: number) => unknown;

/** `work` for each of the items of a round. */
function calls<T>(
  holdings: readonly Holding[],
  verb: keyof Opened,
  work: Call<T>,
  { items, more }: {
    readonly items: (round: number) => readonly T[];
    readonly more?: (holding: Holding) => Pick<Task, "before" | "after">;
  },
): Task[] {
  return holdings.filter(({ opened }) => opened[verb]).map((holding): Task => ({
    name: holding.name,
    ops: items(0).length,
    ...more?.(holding),
    run: (round) => each(holding.opened, items(round), work, round),
  }));
}

/** Waits only for those that give promises, as who uses them does. */
function each<T>(
  opened: Opened,
  items: readonly T[],
  work: Call<T>,
  round: number,
): Promise<void> | undefined {
  for (const [i, item] of items.entries()) {
    const result = work(opened, item, round);
    if (result instanceof Promise) return rest(opened, items, work, round, i + 1, result);
  }
  return undefined;
}

async function rest<T>(
  opened: Opened,
  items: readonly T[],
  work: Call<T>,
  round: number,
  from: number,
  first: Promise<unknown>,
): Promise<void> {
  await first;
  for (let i = from; i < items.length; i++) {
    const item = items[i];
    if (item !== undefined) await work(opened, item, round);
  }
}

/** Reads, none of which changes anything. */
export async function reading(all: readonly Holding[], sorted: Sorted): Promise<Work[]> {
  const holdings = all.filter(({ opened }) => opened.range); // some take part for what they write
  const some = shuffled(ROWS - 200, 4);
  const part = <T>(count: number, of: (i: number) => T) => (round: number): T[] =>
    some.slice((round * count) % (ROWS - 200 - count)).slice(0, count).map(of);
  const ids = part(500, (i) => sorted[i]?.id ?? "");
  const starts = part(20, (i) => i);
  // Some rows of the first pages and some about page 1,000, each the last of the page before.
  const after = (page: number) => (): Todo[] => sorted.slice(page * 20, page * 20 + 60);
  const pages = (from: number) =>
    calls(holdings, "page", ({ page }, row: Todo) => page?.(row), { items: after(from) });
  return [
    await compare(
      "get by key",
      calls(holdings, "get", ({ get }, id) => get(id), { items: ids }),
      QUICK,
    ),
    await compare(
      "query built each time",
      calls(holdings, "query", ({ query }, id) => query?.(id), { items: ids }),
      QUICK,
    ),
    await compare(
      "range of 100 rows",
      calls(holdings, "range", ({ range }, i) => range?.(i, i + 99), { items: starts }),
      QUICK,
    ),
    await compare("page 1 after a cursor", pages(0), QUICK),
    await compare("page 1,000 after a cursor", pages(1_000), QUICK),
  ];
}

/** Commits of one row. */
export async function committing(
  holdings: readonly Holding[],
  sorted: Sorted,
): Promise<Work[]> {
  const some = shuffled(ROWS, 6);
  const ids = (round: number): string[] =>
    some.slice((round * 60) % (ROWS - 60)).slice(0, 60).map((i) => sorted[i]?.id ?? "");
  const batches = (round: number): Todo[] => newRows(60, round);
  const jobs = Array<number>(60).fill(0);
  return [
    await compare(
      "read-modify-write",
      calls(holdings, "increment", ({ increment }, id) => increment?.(id), { items: ids }),
      QUICK,
    ),
    await compare(
      "insert one row",
      calls(holdings, "insertOne", ({ insertOne }, row) => insertOne?.(row), {
        items: batches,
        more: forget,
      }),
      QUICK,
    ),
    await compare(
      "claim a job",
      calls(holdings, "claim", ({ claim }) => claim?.(), { items: () => jobs }),
      QUICK,
    ),
  ];
}

/** Ten thousand rows at once. */
export async function writingMany(holdings: readonly Holding[]): Promise<Work[]> {
  const batches = Array.from({ length: 3 }, (_, i) => newRows(OWNED, i));
  const inserts = calls(holdings, "insert", ({ insert }, rows: Todo[]) => insert?.(rows), {
    items: (round) => batches.slice(round % 3).slice(0, 1),
    more: ({ exec }) => ({ after: () => exec("DELETE FROM fresh") }),
  });
  const owners = calls(
    holdings,
    "setOwner",
    ({ setOwner }, name: string) => setOwner?.(OWNED, name),
    { items: (round) => [`owner-${round}`] },
  );
  return [
    await compare("insert 10k rows", inserts, SLOW),
    await compare("update 10k rows", owners, SLOW),
  ];
}

/** Commits of one row that last. */
export async function lasting(holdings: readonly Holding[]): Promise<Work> {
  const inserts = calls(holdings, "insertOne", ({ insertOne }, row: Todo) => insertOne?.(row), {
    items: (round) => newRows(20, round),
    more: forget,
  });
  return await compare("insert one row", inserts, { ...SLOW, rounds: 9 });
}
