/**
 * What a write costs with a live query open as its table grows, and a drawing of it.
 *
 * @module
 */
import { createStore, gte, query, table, text } from "../../mod.ts";
import { compare, type Task } from "./harness.ts";
import { liveByHand } from "./live_by_hand.ts";
import { leastPriority, type LiveWork } from "./live_contestant.ts";
import { openTodos } from "./live_ours.ts";
import { patches } from "./live_works.ts";
import { makeRows } from "./rows.ts";

export const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;

/** Microseconds of a write at each size: the least of many samples of 200 writes. */
export interface Growth {
  readonly name: string;
  readonly micros: readonly number[];
}

/** The same query as half of the rows in plain JavaScript: what memory itself makes of larger tables. */
export const HAND = "half, by hand";
const NAMES = [
  "nobody listens",
  "window of 20",
  "half of the rows",
  "groups",
  "join",
  HAND,
] as const;
type Name = typeof NAMES[number];
const WORKS: Record<Name, LiveWork> = {
  "nobody listens": "window",
  "window of 20": "window",
  "half of the rows": "filter",
  "groups": "groups",
  "join": "filter",
  [HAND]: "filter",
};

/** Times each live query at each size. */
export async function growth(): Promise<Growth[]> {
  const micros = new Map<Name, number[]>(NAMES.map((name) => [name, []]));
  for (const size of SIZES) {
    const rows = makeRows(size);
    const tasks: Task[] = [];
    for (const name of NAMES) {
      const work = WORKS[name];
      const { update } = open(name, rows);
      const ops = 200;
      tasks.push({
        ...{ name, ops, timesItself: true },
        run(round) {
          const list = patches(rows, work, ops, 500 + round);
          const start = performance.now();
          for (const patch of list) update(patch);
          return (performance.now() - start) * 1_000;
        },
      });
    }
    const { figures } = await compare(`${size} rows`, tasks, {
      warmUp: 10,
      rounds: 80,
      garbage: "minor",
    });
    for (const name of NAMES) micros.get(name)?.push(figures.get(name)?.min ?? NaN);
  }
  return NAMES.map((name) => ({ name, micros: micros.get(name) ?? [] }));
}

function open(name: Name, rows: ReturnType<typeof makeRows>) {
  if (name === "join") return openJoin(rows);
  if (name === HAND) {
    const run = liveByHand.open(rows, "filter");
    if (run instanceof Promise) {
      throw new Error("Cannot time work by hand as it is done at once: it is not");
    }
    return { update: (patch: ReturnType<typeof patches>[number]) => run.write(patch) };
  }
  const { store, todos, queries } = openTodos(rows);
  const asked = { "window of 20": queries.window, "half of the rows": queries.filter };
  if (name === "groups") store.live(queries.groups).deltas(() => {});
  else if (name !== "nobody listens") store.live(asked[name]).deltas(() => {});
  return {
    update: ({ id, amount, priority }: ReturnType<typeof patches>[number]) =>
      store.update(todos, id, priority === undefined ? { amount: amount ?? 0 } : { priority }),
  };
}

/** Todos with their owners, half of them. */
function openJoin(rows: ReturnType<typeof makeRows>) {
  const { todos } = openTodos([]);
  const users = table("users", { id: text().primaryKey(), name: text() });
  const store = createStore({ tables: [todos, users] });
  store.insert(users, Array.from({ length: 1_000 }, (_, i) => ({ id: `user-${i}`, name: `${i}` })));
  store.insert(todos, rows);
  const asked = query(todos).join("user", users, { id: "owner" });
  store.live(asked.where({ priority: gte(leastPriority(rows)) })).deltas(() => {});
  return {
    update: ({ id, priority = 0 }: ReturnType<typeof patches>[number]) =>
      store.update(todos, id, { priority }),
  };
}
