/**
 * What the page of the cache benchmark has: the cache on IndexedDB beside idb-keyval, and blobs there with chunks of
 * several sizes.
 *
 * @module
 */
import { createStore, get, getMany, set, setMany } from "idb-keyval";
import { blobs } from "../../../db/blobs/mod.ts";
import { cache } from "../../../db/cache/mod.ts";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";
import { openDatabase } from "../../../mod.ts";
import { compare, type Figures, type Task } from "../harness.ts";

/** Figures by contestant. */
export type Measured = readonly (readonly [name: string, figures: Figures])[];

const KEYS = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
const VALUE = { id: 17, name: "Ada Lovelace", tags: ["a", "b"], nested: { x: 1.5, ok: true } };
const MANY = 100;
const MIB = 1 << 20;

interface Subject {
  readonly name: string;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
  getMany(keys: readonly string[]): Promise<readonly unknown[]>;
  setMany(entries: readonly (readonly [string, unknown])[]): Promise<unknown>;
}

async function open(): Promise<{ subjects: readonly Subject[]; close(): Promise<void> }> {
  const name = `bench ${performance.timeOrigin}`;
  const db = await openDatabase({ tables: [] }, indexedDbDriver(indexedDB, { name }));
  const ours = cache(db, "bench");
  const store = createStore(`${name} keyval`, "entries");
  return {
    subjects: [
      {
        name: "idb-keyval",
        get: (key) => get(key, store),
        set: (key, value) => set(key, value, store),
        getMany: (keys) => getMany([...keys], store),
        setMany: (entries) => setMany(entries.map(([key, value]) => [key, value]), store),
      },
      {
        name: "strata",
        get: (key) => ours.get(key),
        set: (key, value) => ours.set(key, value),
        getMany: async (keys) => [...(await ours.getMany(keys)).values()],
        setMany: (entries) => ours.setMany(entries),
      },
    ],
    close: () => db.close(),
  };
}

const keyAt = (i: number) => KEYS[i % KEYS.length] ?? "";
const keysFrom = (i: number) => Array.from({ length: MANY }, (_, n) => keyAt(i + n));

/** What is called from outside. */
const bench = {
  /** Each verb one call after the other; titles with their figures. */
  async cache(rounds: number): Promise<readonly (readonly [title: string, Measured])[]> {
    const { subjects, close } = await open();
    for (const { setMany } of subjects) await setMany(KEYS.map((key) => [key, VALUE] as const));
    const answers = await Promise.all(
      subjects.map(async ({ get, getMany }) =>
        JSON.stringify([await get(keyAt(7)), await getMany(keysFrom(20))])
      ),
    );
    if (new Set(answers).size > 1) throw new Error("Cannot time as all give the same");
    const verbs: readonly [string, number, (subject: Subject, i: number) => Promise<unknown>][] = [
      ["get", 200, (subject, i) => subject.get(keyAt(i))],
      ["set", 50, (subject, i) => subject.set(keyAt(i), VALUE)],
      ["getMany(100)", 20, (subject, i) => subject.getMany(keysFrom(i))],
      [
        "setMany(100)",
        10,
        (subject, i) => subject.setMany(keysFrom(i).map((key) => [key, VALUE] as const)),
      ],
    ];
    const found: [string, Measured][] = [];
    for (const [title, ops, run] of verbs) {
      const tasks = subjects.map((subject): Task => ({
        ...{ name: subject.name, ops },
        async run(round) {
          for (let i = 0; i < ops; i++) await run(subject, round * ops + i);
        },
      }));
      const { figures } = await compare(title, tasks, { warmUp: 3, rounds, garbage: "minor" });
      found.push([title, [...figures]]);
    }
    await close();
    return found;
  },
  /** Content of so many MiB put and read in chunks of several sizes; microseconds a MiB. */
  async chunks(
    mib: number,
    sizesKib: readonly number[],
    rounds: number,
  ): Promise<readonly (readonly [title: string, Measured])[]> {
    const content = new Uint8Array(mib * MIB);
    for (let at = 0; at < content.length; at += 65_536) {
      crypto.getRandomValues(content.subarray(at, at + 65_536));
    }
    const name = `chunks ${performance.timeOrigin}`;
    const db = await openDatabase({ tables: [] }, indexedDbDriver(indexedDB, { name }));
    const stores = sizesKib.map((kib) => ({
      ...{ name: `${kib} KiB`, kib },
      store: blobs(db, `${kib}`, { chunkBytes: kib << 10 }),
    }));
    const puts = stores.map(({ name, store, kib }): Task => ({
      ...{ name, ops: mib },
      async run(round) {
        // Other content each time, in each chunk.
        for (let at = 0; at < content.length; at += 65_536) {
          content[at] = round + 2;
          content[at + 1] = kib >> 6;
        }
        await store.put("k", content);
      },
      after: () => store.gc(),
    }));
    const put = await compare("put", puts, { warmUp: 1, rounds, garbage: "major" });
    const gets = stores.map(({ name, store }): Task => ({
      ...{ name, ops: mib },
      async run() {
        let bytes = 0;
        for await (const piece of (await store.get("k"))?.stream() ?? []) bytes += piece.length;
        if (bytes !== content.length) throw new Error(`It gave ${bytes} bytes`);
      },
    }));
    const got = await compare("get", gets, { warmUp: 1, rounds, garbage: "major" });
    await db.close();
    return [["put, a MiB", [...put.figures]], ["get, a MiB", [...got.figures]]];
  },
};

/** Type of `globalThis.bench` in the page. */
export type Bench = typeof bench;

Object.assign(globalThis, { bench });
