import type { Maybe } from "../driver.ts";
import { checkEntry, checkText, checkTtl } from "./check.ts";
import { setClock } from "./clock.ts";
import { type Draft, draftOf, rowOf, timeAfter } from "./entry.ts";
import { Events, type Target } from "./events.ts";
import { Flights } from "./flights.ts";
import { makeValue } from "./make.ts";
import { type Counts, entryOf, given, isStale, missed, valueOf } from "./reading.ts";
import { CacheStore, type Settings } from "./store.ts";
import { ENTRIES, type EntryRow, isOver } from "./tables.ts";
import type { Cache, CacheEntry, CacheEntryOptions, CacheEvent, FactoryContext } from "./types.ts";
import { clearAll, entriesOf, keysOf } from "./walking.ts";
import { deleteWork, invalidateWork, setIfWork, setOneWork, setWork, touchWork } from "./works.ts";

const NO_OPTIONS = {};

/** One cache of a database; its tables are made when it is first used. */
export class CacheValue<T> implements Cache<T> {
  readonly #db: object;
  readonly #settings: Settings;
  readonly #flights = new Flights<T>();
  readonly #events: Events;
  readonly #counts: Counts = { hits: 0, misses: 0, stale: 0, evictions: 0 };
  #opening: Promise<CacheStore> | undefined;
  #store: CacheStore | undefined;

  constructor(db: object, settings: Settings) {
    this.#db = db;
    this.#settings = settings;
    setClock(this, settings.now);
    this.#events = new Events(() => this.#open());
  }

  #open(): Promise<CacheStore> {
    if (this.#opening) return this.#opening;
    const opening = CacheStore.open(this.#db, this.#settings)
      .then((store) => this.#store = store);
    opening.catch(() => this.#opening = undefined); // who waits for it meets it, and it is tried again
    return this.#opening = opening;
  }

  get statistics(): Cache<T>["statistics"] {
    return this.#counts;
  }

  async get(key: string): Promise<T | undefined> {
    checkText("key", key);
    const store = this.#store ?? await this.#open();
    const found = store.row(key);
    return this.#value(store, found instanceof Promise ? await found : found);
  }
  async entry(key: string): Promise<CacheEntry<T> | undefined> {
    checkText("key", key);
    const store = this.#store ?? await this.#open();
    const row = given(store, this.#counts, await store.row(key));
    return row && entryOf(row, store.now());
  }
  async has(key: string): Promise<boolean> {
    checkText("key", key);
    const store = this.#store ?? await this.#open();
    const row = await store.row(key);
    return row !== undefined && !isOver(row, store.now());
  }
  async getMany(keys: readonly string[]): Promise<Map<string, T>> {
    const wanted = [...new Set(keys)];
    for (const key of wanted) checkText("key", key);
    const store = this.#store ?? await this.#open();
    const rows = await store.rows(wanted);
    const values = new Map<string, T>();
    for (const [i, key] of wanted.entries()) {
      const row = given(store, this.#counts, rows[i]);
      if (row) values.set(key, valueOf(row));
    }
    return values;
  }

  async set(key: string, value: T, options: CacheEntryOptions = NO_OPTIONS): Promise<void> {
    if (options !== NO_OPTIONS) checkEntry(options);
    const draft = draftOf(this.#settings, key, value, options);
    const store = this.#store ?? await this.#open();
    const row = rowOf(store, draft);
    const stored = this.#write(store, [row], (place) => setOneWork(place, row));
    if (stored instanceof Promise) await stored; // one that is there already costs a turn, too
  }
  async setMany(
    entries: Iterable<readonly [string, T]>,
    options: CacheEntryOptions = NO_OPTIONS,
  ): Promise<void> {
    checkEntry(options);
    const drafts = new Map<string, Draft>();
    for (const [key, value] of entries) {
      drafts.set(key, draftOf(this.#settings, key, value, options));
    }
    const store = this.#store ?? await this.#open();
    if (drafts.size === 0) return;
    const rows = Array.from(drafts.values(), (draft) => rowOf(store, draft));
    await this.#write(store, rows, (place) => setWork(place, rows));
  }
  async setIf(
    key: string,
    value: T,
    options: CacheEntryOptions & { version: string | undefined },
  ): Promise<boolean> {
    checkEntry(options);
    const { version } = options;
    const draft = draftOf(this.#settings, key, value, options);
    const store = this.#store ?? await this.#open();
    const row = rowOf(store, draft);
    return await this.#write(store, [row], (place) => setIfWork(place, row, version));
  }
  async touch(key: string, ttlMs: number = this.#settings.ttlMs): Promise<boolean> {
    checkText("key", key);
    checkTtl(ttlMs);
    const store = this.#store ?? await this.#open();
    const expires = timeAfter(store.now(), ttlMs);
    store.sweeper.wrote(expires);
    return await store.commit((place) => touchWork(place, store.prefix + key, expires));
  }

  async delete(key: string): Promise<boolean> {
    return await this.deleteMany([key]) > 0;
  }
  async deleteMany(keys: readonly string[]): Promise<number> {
    const wanted = [...new Set(keys)];
    for (const key of wanted) checkText("key", key);
    const store = this.#store ?? await this.#open();
    const whole = wanted.map((key) => store.prefix + key);
    return await store.commit((place) => deleteWork(place, whole));
  }
  async invalidateTags(tags: readonly string[]): Promise<number> {
    checkEntry({ tags });
    const wanted = [...tags];
    const store = this.#store ?? await this.#open();
    return await store.commit((place) => invalidateWork(place, wanted));
  }
  async clear(): Promise<void> {
    await clearAll(this.#store ?? await this.#open());
  }

  async *keys(prefix = ""): AsyncGenerator<string, void, undefined> {
    checkText("prefix", prefix);
    yield* keysOf(this.#store ?? await this.#open(), prefix);
  }
  async *entries(prefix = ""): AsyncGenerator<[string, T], void, undefined> {
    checkText("prefix", prefix);
    yield* entriesOf<T>(this.#store ?? await this.#open(), prefix);
  }

  async getOrSet(
    key: string,
    factory: (context: FactoryContext<T>) => T | Promise<T>,
    options: CacheEntryOptions & { signal?: AbortSignal; lease?: boolean } = NO_OPTIONS,
  ): Promise<T> {
    checkText("key", key);
    if (options !== NO_OPTIONS) checkEntry(options);
    const { signal, lease = false } = options;
    signal?.throwIfAborted();
    const store = this.#store ?? await this.#open();
    const asked = store.row(key);
    const row = asked instanceof Promise ? await asked : asked;
    const now = store.now();
    const run = (signal: AbortSignal) =>
      makeValue<T>({
        ...{ store, key, lease, signal, factory },
        save: (value, more) => this.set(key, value, { ...options, ...more }),
      });
    if (!row || isOver(row, now)) {
      missed(store, this.#counts, row);
      return await this.#flights.join(key, run, signal);
    }
    const value = this.#value(store, row);
    if (isStale(row, now)) this.#flights.begin(key, run);
    return value as T; // it is there
  }

  subscribe(target: Target, listener: (event: CacheEvent) => void): () => void {
    if ("key" in target) checkText("key", target.key);
    else checkText("tag", target.tag);
    return this.#events.add({ ...target }, listener);
  }

  #value(store: CacheStore, row: EntryRow | undefined): T | undefined {
    const found = given(store, this.#counts, row);
    return found && valueOf(found);
  }
  #write<R>(
    store: CacheStore,
    rows: readonly EntryRow[],
    make: Parameters<typeof store.commit<R>>[0],
  ): Maybe<R> {
    const { sweeper } = store;
    sweeper.look(); // first: a pass that begins now may not meet what is about to be written
    for (const { dies } of rows) if (dies !== null) sweeper.wrote(dies);
    return store.account ? this.#counted(store, make) : store.commit(make);
  }
  /** A commit of a cache with limits, whose evictions are counted. */
  async #counted<R>(
    store: CacheStore,
    make: Parameters<typeof store.commit<R>>[0],
  ): Promise<R> {
    const { effects, value } = await store.noted(make);
    for (const { kind, before, table } of effects) {
      if (kind === "evict" && table.name === ENTRIES.name) this.#counts.evictions += before.length;
    }
    return value;
  }
}
