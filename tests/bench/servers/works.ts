/**
 * What the benchmarks of libSQL and PostgreSQL time, after all contestants have given the same.
 *
 * @module
 */
import { compare, type Rounds, type Task, type Work } from "../harness.ts";
import { shuffled } from "../random.ts";
import type { Todo } from "../rows.ts";
import type { Opened } from "./contestant.ts";

/** The rows that are there. */
export const ROWS = 10_000;
const BATCH = 500;

/** Empties what a batch has written. */
export type Clear = () => Promise<unknown>;

/** Rows that are not there yet; a batch of its own for each number. */
function newRows(number: number, count: number): Todo[] {
  return Array.from({ length: count }, (_, i): Todo => ({
    id: `new-${number}-${String(i).padStart(5, "0")}`,
    ...{ title: `Task ${i}`, status: "open", owner: "somebody", priority: ROWS + i },
    ...{ amount: i / 2, done: i % 2 === 0 },
  }));
}

function plain(row: unknown): unknown[] {
  if (typeof row !== "object" || row === null) return [];
  const values = Object.entries(row).map(([name, value]): [string, unknown] => {
    if (name === "done") return [name, Boolean(value)];
    return [name, typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value];
  });
  return values.sort(([a], [b]) => a < b ? -1 : 1);
}

/** @throws {Error} Where a contestant gives something else than the rows. */
export async function agree(
  all: readonly Opened[],
  sorted: readonly Todo[],
  clear: Clear,
): Promise<void> {
  const expect = (name: string, got: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
    if (a !== b) throw new Error(`${name}: got ${a}, expected ${b}`);
  };
  for (const { name, get, range, batch, increment } of all) {
    for (const i of shuffled(sorted.length - 100, 3).slice(0, 50)) {
      const row = sorted[i];
      expect(name, plain(await get(row?.id ?? "")), plain(row));
      expect(name, (await range(i, i + 99)).map(plain), sorted.slice(i, i + 100).map(plain));
    }
    const [first] = sorted;
    await increment(first?.id ?? "");
    const after = plain(await get(first?.id ?? ""));
    expect(name, after, plain({ ...first, amount: (first?.amount ?? 0) + 1 }));
    Object.assign(first ?? {}, { amount: (first?.amount ?? 0) + 1 }); // for the next one
    const rows = newRows(0, BATCH);
    await batch(rows);
    expect(name, (await range(ROWS, ROWS + BATCH)).map(plain), rows.map(plain));
    await clear();
  }
}

/** Times all works, interleaved. */
export async function measure(
  all: readonly Opened[],
  sorted: readonly Todo[],
  clear: Clear,
  prefix: string,
  rounds: number,
): Promise<Work[]> {
  const many: Rounds = { warmUp: 5, rounds, garbage: "minor" };
  const works: Work[] = [];
  const tasks = (ops: number, run: (opened: Opened, i: number) => Promise<unknown>): Task[] =>
    all.map((opened) => ({
      name: opened.name,
      ops,
      async run(round: number) {
        for (let i = 0; i < ops; i++) await run(opened, round * ops + i);
      },
    }));
  const order = shuffled(sorted.length - 100, 4);
  const at = (i: number) => order[i % order.length] ?? 0;
  const id = (i: number) => sorted[at(i)]?.id ?? "";
  works.push(await compare(`${prefix}get by key`, tasks(100, ({ get }, i) => get(id(i))), many));
  works.push(
    await compare(
      `${prefix}range of 100 rows`,
      tasks(30, ({ range }, i) => range(at(i), at(i) + 99)),
      many,
    ),
  );
  let batches = 0;
  const batch = tasks(1, ({ batch }) => batch(newRows(++batches, BATCH)));
  works.push(
    await compare(`${prefix}batch of 500 rows`, batch.map((task) => ({ ...task, after: clear })), {
      ...many,
      rounds: Math.ceil(rounds / 2),
    }),
  );
  works.push(
    await compare(
      `${prefix}read-modify-write`,
      tasks(20, ({ increment }, i) => increment(id(i))),
      many,
    ),
  );
  return works;
}
