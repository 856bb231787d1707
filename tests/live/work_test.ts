/**
 * How much work live queries do: counted, not timed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  count,
  createStore,
  type Database,
  gte,
  integer,
  oneOf,
  openDatabase,
  param,
  query,
  type Store,
  table,
  text,
} from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { OrderedIndex } from "../../engine/ordered_index.ts";
import { TableData } from "../../engine/table_data.ts";
import { View } from "../../engine/live/view.ts";
import { turn } from "./database.ts";

const todos = table("todos", {
  id: integer().primaryKey(),
  owner: integer(),
  n: integer(),
}, { indexes: ["owner", "n"] });
const others = table("others", { id: text().primaryKey() });
const schema = { tables: [todos, others] };
const ROWS = 5_000;
const rows = Array.from({ length: ROWS }, (_, id) => ({ id, owner: id % 1_000, n: id }));

/** Has the calls of a method heard while `run` works; `hear` gives the arguments to go on with. */
async function hearing<T extends object, K extends keyof T>(
  on: T,
  name: K,
  hear: (args: readonly unknown[]) => readonly unknown[],
  run: () => unknown,
): Promise<void> {
  const own = on[name] as unknown as (...args: unknown[]) => unknown;
  const counted = function (this: unknown, ...args: unknown[]) {
    return own.apply(this, [...hear(args)]);
  };
  Object.defineProperty(on, name, { value: counted, configurable: true, writable: true });
  try {
    await run();
  } finally {
    Object.defineProperty(on, name, { value: own, configurable: true, writable: true });
  }
}

/** How often views are brought up to date. */
async function refreshed(run: () => unknown): Promise<number> {
  let found = 0;
  await hearing(View.prototype, "refresh", (args) => (found++, args), run);
  return found;
}

/** How many rows tables and indexes give. */
async function rowsRead(run: () => unknown): Promise<number> {
  let found = 0;
  const visiting = (at: number) => (args: readonly unknown[]) =>
    args.map((arg, i) =>
      i === at ? (row: unknown) => (found++, (arg as (row: unknown) => boolean)(row)) : arg
    );
  await hearing(
    OrderedIndex.prototype,
    "each",
    visiting(3),
    () =>
      hearing(
        TableData.prototype,
        "each",
        visiting(0),
        () =>
          hearing(TableData.prototype, "values", (args) => {
            found += ROWS; // whoever begins to walk reads them all
            return args;
          }, run),
      ),
  );
  return found;
}

const SOURCES: Readonly<Record<string, () => Promise<Store | Database>>> = {
  async store() {
    const store = createStore(schema);
    store.insert(todos, rows);
    return await Promise.resolve(store);
  },
  async memory() {
    const db = await openDatabase(schema, memoryDriver());
    await db.insert(todos, rows);
    return db;
  },
};
const end = async (source: Store | Database) => {
  if ("close" in source) await source.close();
  else source[Symbol.dispose]();
};

for (const [name, open] of Object.entries(SOURCES)) {
  Deno.test(`${name}: of 1,000 live queries a commit brings those up to date that it can concern`, async () => {
    const source = await open();
    const told = new Map<number, number>();
    const lives = Array.from(
      { length: 1_000 },
      (_, owner) => source.live(query(todos).where({ owner })),
    );
    const stops = lives.map((live, owner) =>
      live.deltas(() => told.set(owner, (told.get(owner) ?? 0) + 1))
    );
    await Promise.all(lives.map(({ ready }) => ready));
    const after = async (write: () => unknown) => {
      told.clear();
      const work = await refreshed(async () => {
        await write();
        await turn();
      });
      return [work, [...told].sort(([a], [b]) => a - b)];
    };
    assertEquals(await after(() => source.update(todos, 7, { n: 1 })), [1, [[7, 1]]]);
    assertEquals(await after(() => source.update(todos, 7, { owner: 8 })), [2, [[7, 1], [8, 1]]]);
    assertEquals(await after(() => source.delete(todos, 7)), [1, [[8, 1]]]);
    assertEquals(await after(() => source.insert(others, { id: "a" })), [0, []]);
    assertEquals(await after(() => source.insert(todos, { id: -1, owner: 5_000, n: 0 })), [0, []]);
    const more = [{ owner: oneOf([1, 2, 3]) }, { n: gte(4_000) }]
      .map((where) => source.live(query(todos).where(where)));
    stops.push(...more.map((live) => live.subscribe(() => {})));
    await Promise.all(more.map(({ ready }) => ready));
    // Those without equality are asked, and find nothing in it.
    assertEquals(await after(() => source.update(todos, 2, { n: 9 })), [3, [[2, 1]]]);
    assertEquals(await after(() => source.update(todos, 9, { n: 9_000 })), [2, [[9, 1]]]);
    for (const stop of stops) stop();
    assertEquals(await after(() => source.update(todos, 2, { n: 10 })), [0, []]);
    await end(source);
  });

  Deno.test(`${name}: with() reads what an index leads to, not the table`, async () => {
    const source = await open();
    const owned = query(todos).where({ owner: param("owner") }).with({ owner: 1 });
    const page = query(todos).where({ n: gte(param("least")) }).orderBy("n").limit(20)
      .with({ least: 10 });
    // A database builds no index for a live query, which would keep others waiting.
    for (const asked of [owned, page]) await source.all(asked);
    const [few, window] = [source.live(owned), source.live(page)];
    const stops = [few.subscribe(() => {}), window.subscribe(() => {})];
    await Promise.all([few.ready, window.ready]);
    const small = await rowsRead(() => {
      few.with({ owner: 2 });
      return few.ready;
    });
    assertEquals([few.value.map(({ id }) => id), small <= 10], [
      [2, 1_002, 2_002, 3_002, 4_002],
      true,
    ]);
    const windowed = await rowsRead(() => {
      window.with({ least: 3_000 });
      return window.ready;
    });
    assertEquals(window.value.map(({ n }) => n), Array.from({ length: 20 }, (_, i) => 3_000 + i));
    assert(windowed <= 200, `${windowed}`);
    // Beside one that has to.
    const whole = source.live(query(todos).groupBy(["n"], { c: count() }));
    assert(await rowsRead(() => (stops.push(whole.subscribe(() => {})), whole.ready)) >= ROWS);
    for (const stop of stops) stop();
    await end(source);
  });
}
