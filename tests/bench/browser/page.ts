/**
 * What the page of the IndexedDB benchmark has: the works, and a database that two tabs share.
 *
 * @module
 */
import { compare, type Figures, figuresOf, type Task } from "../harness.ts";
import { makeRows } from "../rows.ts";
import { query, type Row } from "../../../mod.ts";
import { CONTESTANTS, type Opened, openOurs, todos } from "./contestants.ts";

/** How much is measured. */
export interface Amount {
  readonly rows: number;
  readonly rounds: number;
}

/** Figures by contestant. */
export type Measured = readonly (readonly [name: string, figures: Figures])[];

const WARM_UP = 3;
const GETS = 100;
const COMMITS = 20;

let databases = 0;
const newName = () => `bench ${performance.timeOrigin} ${databases++}`;

function same(found: ReadonlyMap<string, unknown>): void {
  const texts = new Map([...found].map(([name, value]) => [name, JSON.stringify(value)]));
  if (new Set(texts.values()).size > 1) {
    throw new Error(`Cannot time as all give the same: ${JSON.stringify([...texts])}`);
  }
}

/** Whoever holds rows, by name. */
async function filled(rows: ReturnType<typeof makeRows>): Promise<Map<string, [string, Opened]>> {
  const all = new Map<string, [string, Opened]>();
  for (const { name, open } of CONTESTANTS) {
    const database = newName();
    const opened = await open(database);
    await opened.insert(rows);
    all.set(name, [database, opened]);
  }
  return all;
}

async function measure(title: string, tasks: readonly Task[], rounds: number): Promise<Measured> {
  return [...(await compare(title, tasks, { warmUp: WARM_UP, rounds, garbage: "minor" })).figures];
}

function sorted(row: object): object {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => a < b ? -1 : 1));
}

let live: Awaited<ReturnType<typeof openOurs>>;
const at = () => performance.timeOrigin + performance.now();

/** What is called from outside. */
const bench = {
  /** Compares what all give, on few rows. */
  async agree(): Promise<void> {
    const rows = makeRows(500);
    const all = await filled(rows);
    const [queried, got] = [new Map<string, unknown>(), new Map<string, unknown>()];
    for (const [name, [, opened]] of all) {
      const row = rows[7]!;
      await opened.put({ ...row, title: "changed" });
      queried.set(name, await opened.query());
      got.set(name, sorted(await opened.get(row.id) ?? {}));
      await opened.close();
    }
    same(queried);
    same(got);
  },
  async insert({ rows, rounds }: Amount): Promise<Measured> {
    const all = makeRows(rows);
    const tasks = CONTESTANTS.map(({ name, open }): Task => {
      let opened: Opened;
      return {
        ...{ name, ops: 1 },
        before: async () => void (opened = await open(newName())),
        run: () => opened.insert(all),
        after: () => opened.close(),
      };
    });
    return await measure("insert", tasks, rounds);
  },
  /** Opening, the first query; gets one after the other; commits one after the other. */
  async use({ rows, rounds }: Amount): Promise<readonly Measured[]> {
    const all = makeRows(rows);
    const opened = await filled(all);
    const loads = CONTESTANTS.map(({ name, open }): Task => ({
      ...{ name, ops: 1 },
      before: () => opened.get(name)?.[1].close(),
      async run() {
        const [database] = opened.get(name)!;
        const again = await open(database);
        await again.query();
        opened.set(name, [database, again]);
      },
    }));
    const loaded = await measure("load and first query", loads, rounds);
    const gets = CONTESTANTS.map(({ name }): Task => ({
      ...{ name, ops: GETS },
      async run(round) {
        for (let i = 0; i < GETS; i++) {
          await opened.get(name)![1].get(all[(i * 97 + round) % all.length]!.id);
        }
      },
    }));
    const got = await measure("get by key", gets, rounds * 3);
    const puts = CONTESTANTS.map(({ name }): Task => ({
      ...{ name, ops: COMMITS },
      async run(round) {
        for (let i = 0; i < COMMITS; i++) {
          const row = all[(i * 89 + round) % all.length]!;
          await opened.get(name)![1].put({ ...row, title: `${round} ${i}` });
        }
      },
    }));
    const put = await measure("one-row commit", puts, rounds * 3);
    for (const [, one] of opened.values()) await one.close();
    return [loaded, got, put];
  },

  /** Opens the database that two tabs share. */
  async open(kind: "log" | "rows"): Promise<void> {
    await live?.close();
    live = await openOurs(`shared ${kind}`, kind);
  },
  /** When each amount was seen. */
  seen: new Map<number, number>(),
  async watch(): Promise<void> {
    bench.seen.clear();
    const view = live.live(query(todos).where({ id: "a" }));
    view.subscribe((rows: readonly Row<typeof todos>[]) => {
      for (const { amount } of rows) bench.seen.set(amount, at());
    });
    await view.ready;
  },
  /** Writes an amount; gives when it began. */
  async write(amount: number): Promise<number> {
    const [row] = makeRows(1);
    const began = at();
    await live.upsert(todos, { ...row!, id: "a", amount });
    return began;
  },
  saw: (amount: number): number | undefined => bench.seen.get(amount),
  figuresOf,
};

/** Type of `globalThis.bench` in pages. */
export type Bench = typeof bench;

Object.assign(globalThis, { bench });
