/**
 * The cache beside peers in memory, and beside the same work by hand on SQLite: interleaved rounds in one process, results
 * compared first. Ratios count; absolute times depend on the machine. `@keyv/sqlite` is not among them, since its native
 * client has to be built by a script that Deno does not run.
 *
 * @module
 */
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver as bentoMemory } from "bentocache/drivers/memory";
import { Cacheable } from "cacheable";
import Keyv from "keyv";
import { LRUCache } from "lru-cache";
import { DatabaseSync } from "node:sqlite";
import { createStorage } from "unstorage";
import { cache } from "../../db/cache/mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { openDatabase } from "../../mod.ts";

const ROUNDS = 15;
const KEYS = Array.from({ length: 1_000 }, (_, i) => `key:${i}`);
const VALUE = { id: 17, name: "Ada Lovelace", tags: ["a", "b"], nested: { x: 1.5, ok: true } };

interface Subject {
  readonly name: string;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<unknown>;
}

/** Microseconds a call, by subject: rounds of all of them one after the other. */
async function compare<T extends { readonly name: string }>(
  title: string,
  subjects: readonly T[],
  calls: number,
  run: (subject: T, i: number) => unknown,
): Promise<void> {
  const times = new Map(subjects.map(({ name }) => [name, [] as number[]]));
  for (let round = -2; round < ROUNDS; round++) {
    for (const subject of subjects) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) await run(subject, i);
      const us = (performance.now() - start) * 1_000 / calls;
      if (round >= 0) times.get(subject.name)?.push(us); // the first ones warm up
    }
  }
  console.log(`\n${title}`.padEnd(49), "min us  median     p75   ratio");
  let base: number | undefined;
  for (const [name, list] of times) {
    list.sort((a, b) => a - b);
    const at = (share: number) => list[Math.floor((list.length - 1) * share)] ?? 0;
    base ??= at(0.5);
    const cells = [at(0), at(0.5), at(0.75), at(0.5) / base];
    console.log(`  ${name}`.padEnd(47), cells.map((cell) => cell.toFixed(2).padStart(7)).join(" "));
  }
}

async function check(subjects: readonly Subject[]): Promise<void> {
  for (const { name, get, set } of subjects) {
    for (const key of KEYS) await set(key, VALUE);
    const found = JSON.stringify(await get("key:7"));
    if (found !== JSON.stringify(VALUE)) throw new Error(`${name} gives another value: ${found}`);
  }
}

async function inMemory(): Promise<void> {
  const db = await openDatabase({ tables: [] }, memoryDriver());
  const ours = cache(db, "bench");
  const keyv = new Keyv();
  const storage = createStorage();
  const lru = new LRUCache<string, object>({ max: 10_000 });
  const cacheable = new Cacheable();
  const bento = new BentoCache({
    default: "memory",
    stores: { memory: bentostore().useL1Layer(bentoMemory({ maxItems: 10_000 })) },
  });
  const subjects: Subject[] = [
    { name: "strata, memory driver", get: (key) => ours.get(key), set: (k, v) => ours.set(k, v) },
    { name: "keyv", get: (key) => keyv.get(key), set: (k, v) => keyv.set(k, v) },
    {
      name: "unstorage",
      get: (k) => storage.getItem(k),
      set: (k, v) => storage.setItem(k, v as never),
    },
    { name: "cacheable", get: (key) => cacheable.get(key), set: (k, v) => cacheable.set(k, v) },
    {
      name: "bentocache",
      get: (key) => bento.get({ key }),
      set: (key, value) => bento.set({ key, value }),
    },
    {
      name: "lru-cache (no copy, synchronous)",
      get: (key) => Promise.resolve(lru.get(key)),
      set: (key, value) => Promise.resolve(lru.set(key, value as object)),
    },
  ];
  await check(subjects);
  const key = (i: number) => KEYS[i % KEYS.length] ?? "";
  await compare("memory: get", subjects, 5_000, ({ get }, i) => get(key(i)));
  await compare("memory: set", subjects, 5_000, ({ set }, i) => set(key(i), VALUE));
  const verbs = [
    { name: "get", run: (k: string) => ours.get(k) },
    { name: "getOrSet hit", run: (k: string) => ours.getOrSet(k, () => VALUE) },
  ];
  await compare("memory: getOrSet", verbs, 5_000, ({ run }, i) => run(key(i)));
  await db.close();
}

async function onSqlite(): Promise<void> {
  const folder = await Deno.makeTempDir();
  const client = new DatabaseSync(`${folder}/strata.db`);
  const raw = new DatabaseSync(`${folder}/raw.db`);
  raw.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; " +
      "CREATE TABLE cache (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires REAL)",
  );
  const put = raw.prepare("INSERT OR REPLACE INTO cache VALUES (?, ?, ?)");
  const take = raw.prepare("SELECT value, expires FROM cache WHERE key = ?");
  const marks = Array.from({ length: 100 }, () => "?").join();
  const many = raw.prepare(`SELECT key, value FROM cache WHERE key IN (${marks})`);
  const db = await openDatabase({ tables: [] }, sqliteDriver(client));
  const ours = cache(db, "bench");
  const subjects: Subject[] = [
    {
      name: "raw node:sqlite",
      get: (key) => Promise.resolve(JSON.parse(String(take.get(key)?.["value"]))),
      set: (key, value) => Promise.resolve(put.run(key, JSON.stringify(value), null)),
    },
    { name: "strata", get: (key) => ours.get(key), set: (k, v) => ours.set(k, v) },
  ];
  await check(subjects);
  const key = (i: number) => KEYS[i % KEYS.length] ?? "";
  await compare("SQLite (WAL, NORMAL): get", subjects, 2_000, ({ get }, i) => get(key(i)));
  await compare("SQLite (WAL, NORMAL): set", subjects, 500, ({ set }, i) => set(key(i), VALUE));
  const lists = [
    {
      name: "raw node:sqlite",
      run: (keys: string[]) =>
        new Map(many.all(...keys).map((row) => [row["key"], JSON.parse(String(row["value"]))])),
    },
    { name: "strata", run: (keys: string[]) => ours.getMany(keys) },
  ];
  await compare("SQLite: getMany(100)", lists, 50, ({ run }, i) => run(KEYS.slice(i, i + 100)));
  await db.close();
  for (const open of [client, raw]) open.close();
  await Deno.remove(folder, { recursive: true });
}

const COUNT = 1_000_000;

/** How long the event loop kept others waiting while something goes on, after all garbage of before is gone. */
async function turns(
  title: string,
  begin: () => Promise<void>,
  over: () => boolean,
): Promise<void> {
  for (let i = 0; i < 2; i++) {
    (globalThis as { gc?: () => void }).gc?.(); // a flag of the task; otherwise the filling is collected, too
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const waits: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    waits.push(performance.now() - last);
    last = performance.now();
  }, 0);
  const start = performance.now();
  await begin();
  while (!over() && performance.now() - start < 120_000) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  clearInterval(timer);
  waits.sort((a, b) => a - b);
  const at = (share: number) => (waits[Math.floor((waits.length - 1) * share)] ?? 0).toFixed(1);
  const ms = (performance.now() - start).toFixed(0);
  console.log(
    `${title}`.padEnd(47) + `in ${ms} ms; turns: median ${at(0.5)}, p99 ${at(0.99)}, ` +
      `p99.9 ${at(0.999)}, longest ${at(1)} ms`,
  );
}

/** A million entries of which half are over: how long the steps keep everybody else waiting. */
async function sweeping(): Promise<void> {
  let time = 1_000;
  const db = await openDatabase({ tables: [] }, memoryDriver(), { now: () => time });
  const ours = cache(db, "bench");
  for (let at = 0; at < COUNT; at += 10_000) {
    const entries = Array.from({ length: 5_000 }, (_, i) => [`k${at + i}`, i] as const);
    await ours.setMany(entries, { ttlMs: 10 });
    await ours.setMany(entries.map(([key, value]) => [`${key}s`, value] as const));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  time += 10_000;
  let done = false;
  ours.subscribe({ key: "k994999" }, () => done = true); // the last one
  await turns("strata", () => ours.set("begin", 1, { ttlMs: 5 }), () => done);
  await db.close();
}

/** The same by hand in a Map, in steps as long as ours: what the collector of garbage does to anybody. */
async function sweepingByHand(): Promise<void> {
  const map = new Map<string, { value: string; version: string; dies: number | null }>();
  for (let i = 0; i < COUNT; i++) {
    map.set(`k${i}`, { value: `${i}`, version: `v${i}`, dies: i % 2 === 0 ? 10 : null });
  }
  let done = false;
  const keys = map.entries();
  const step = () => {
    for (const start = performance.now(); performance.now() - start < 2;) {
      const { value, done: end } = keys.next();
      if (end || !value) return void (done = true);
      if (value[1].dies !== null) map.delete(value[0]);
    }
    setTimeout(step, 0);
  };
  await turns("by hand, a Map", () => Promise.resolve(step()), () => done);
}

await inMemory();
await onSqlite();
console.log("\n500,000 of 1,000,000 entries swept");
await sweeping();
await sweepingByHand();
Deno.exit(0); // some peers keep timers
