import { decode, encode } from "../../schema/codec.ts";
import { query, startsWith } from "../../query/mod.ts";
import { checkEntry, checkText, checkTtl } from "./check.ts";
import { setClock } from "./clock.ts";
import { Events, type Target } from "./events.ts";
import { Flights } from "./flights.ts";
import { makeValue } from "./make.ts";
import { CacheStore, type StoreOptions } from "./store.ts";
import { Sweeper } from "./sweep.ts";
import { ENTRIES, type EntryRow, isOver, tagsOf } from "./tables.ts";
import type { Cache, CacheEntry, CacheEntryOptions, CacheEvent, FactoryContext } from "./types.ts";
import { noteWork } from "./limits.ts";
import { deleteWork, invalidateWork, setIfWork, setOneWork, setWork, touchWork } from "./works.ts";

/** Entries of one commit while all are deleted. */
const CLEAR = 1_000;

/** How a cache was opened. */
export interface Settings extends StoreOptions {
  readonly ttlMs: number;
  readonly staleMs: number;
}

/** A value as it will be stored, before it is known where. */
interface Draft {
  readonly key: string;
  readonly value: string;
  readonly tags: string;
  readonly expires: number | null;
  readonly dies: number | null;
}

/** One cache of a database; its tables are made when it is first used. */
export class CacheValue<T> implements Cache<T> {
  readonly #db: object;
  readonly #settings: Settings;
  readonly #flights = new Flights<T>();
  readonly #events: Events;
  readonly #counts = { hits: 0, misses: 0, stale: 0, evictions: 0 };
  /** Versions are a random part and a number. */
  readonly #life = crypto.randomUUID().slice(0, 13);
  #versions = 0;
  #opening: Promise<CacheStore> | undefined;
  #store: CacheStore | undefined;
  #sweeper: Sweeper | undefined;

  constructor(db: object, settings: Settings) {
    this.#db = db;
    this.#settings = settings;
    setClock(this, settings.now);
    this.#events = new Events(() => this.#open());
  }

  #open(): Promise<CacheStore> {
    if (this.#opening) return this.#opening;
    const opening = CacheStore.open(this.#db, this.#settings).then((store) => {
      this.#sweeper = new Sweeper(store);
      return this.#store = store;
    });
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
    const row = this.#given(store, await store.row(key));
    return row && this.#entryOf(row);
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
      const row = this.#given(store, rows[i]);
      if (row) values.set(key, this.#decode(row));
    }
    return values;
  }

  async set(key: string, value: T, options: CacheEntryOptions = {}): Promise<void> {
    checkEntry(options);
    const draft = this.#draft(key, value, options);
    const store = this.#store ?? await this.#open();
    const row = this.#rowOf(store, draft);
    await this.#write(store, [row], (place) => setOneWork(place, row));
  }
  async setMany(
    entries: Iterable<readonly [string, T]>,
    options: CacheEntryOptions = {},
  ): Promise<void> {
    checkEntry(options);
    const drafts = new Map<string, Draft>();
    for (const [key, value] of entries) drafts.set(key, this.#draft(key, value, options));
    const store = this.#store ?? await this.#open();
    if (drafts.size === 0) return;
    const rows = Array.from(drafts.values(), (draft) => this.#rowOf(store, draft));
    await this.#write(store, rows, (place) => setWork(place, rows));
  }
  async setIf(
    key: string,
    value: T,
    options: CacheEntryOptions & { version: string | undefined },
  ): Promise<boolean> {
    checkEntry(options);
    const { version } = options;
    const draft = this.#draft(key, value, options);
    const store = this.#store ?? await this.#open();
    const row = this.#rowOf(store, draft);
    return await this.#write(store, [row], (place) => setIfWork(place, row, version));
  }
  async touch(key: string, ttlMs: number = this.#settings.ttlMs): Promise<boolean> {
    checkText("key", key);
    checkTtl(ttlMs);
    const store = this.#store ?? await this.#open();
    const expires = timeAfter(store.now(), ttlMs);
    this.#sweeper?.wrote(expires);
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
    const store = this.#store ?? await this.#open();
    const some = query(ENTRIES).where({ key: startsWith(store.prefix) })
      .orderBy("key").limit(CLEAR).select("key");
    for (;;) {
      const rows = await store.source.all(some);
      if (rows.length === 0) return;
      await store.commit((place) => deleteWork(place, rows.map(({ key }) => key)));
    }
  }

  async *keys(prefix = ""): AsyncGenerator<string, void, undefined> {
    checkText("prefix", prefix);
    const store = this.#store ?? await this.#open();
    const rows = query(ENTRIES).where({ key: startsWith(store.prefix + prefix) })
      .orderBy("key").select("key", "dies");
    for await (const row of store.source.iterate(rows)) {
      const key = isOver(row, store.now()) ? undefined : store.keyOf(row.key);
      if (key !== undefined) yield key;
    }
  }
  async *entries(prefix = ""): AsyncGenerator<[string, T], void, undefined> {
    checkText("prefix", prefix);
    const store = this.#store ?? await this.#open();
    const rows = query(ENTRIES).where({ key: startsWith(store.prefix + prefix) }).orderBy("key");
    for await (const row of store.source.iterate(rows)) {
      const key = isOver(row, store.now()) ? undefined : store.keyOf(row.key);
      if (key !== undefined) yield [key, this.#decode(row)];
    }
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
        entryOf: (row) => this.#entryOf(row),
        save: (value, more) => this.set(key, value, { ...options, ...more }),
      });
    if (!row || isOver(row, now)) {
      this.#missed(row);
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

  /** Counts a read; the row when its value is given. */
  #given(store: CacheStore, row: EntryRow | undefined): EntryRow | undefined {
    if (row === undefined) {
      this.#counts.misses++;
      return undefined;
    }
    const { expires } = row;
    if (expires !== null) {
      const now = store.now();
      if (isOver(row, now)) {
        this.#missed(row);
        return undefined;
      }
      if (now >= expires) this.#counts.stale++;
      else this.#counts.hits++;
      this.#sweeper?.look(now);
    } else this.#counts.hits++;
    if (store.account?.note(row.key)) this.#writeUses(store);
    return row;
  }
  #missed(row: EntryRow | undefined): void {
    this.#counts.misses++;
    if (row) this.#sweeper?.found(row.key);
  }
  #value(store: CacheStore, row: EntryRow | undefined): T | undefined {
    const given = this.#given(store, row);
    return given && this.#decode(given);
  }
  #decode({ value }: { readonly value: string }): T {
    return decode(value) as T; // what was stored is what is read
  }
  #entryOf(row: EntryRow): CacheEntry<T> {
    return {
      value: this.#decode(row),
      version: row.version,
      expiresAt: row.expires ?? Infinity,
      stale: isStale(row, this.#settings.now()),
      tags: tagsOf(row),
    };
  }

  /** Input is looked through and copied before anything waits. */
  #draft(key: string, value: T, options: CacheEntryOptions): Draft {
    checkText("key", key);
    if (value === undefined) {
      throw new TypeError(
        "Cannot store a value as undefined means that there is none: got undefined",
      );
    }
    const { now, ...settings } = this.#settings;
    const { ttlMs = settings.ttlMs, staleMs = settings.staleMs, tags } = options;
    const expires = timeAfter(now(), ttlMs);
    const dies = expires === null ? null : timeAfter(expires, staleMs);
    const list = tags === undefined || tags.length === 0 ? "" : JSON.stringify([...new Set(tags)]);
    return { key, value: encode(value), tags: list, expires, dies };
  }
  #rowOf(store: CacheStore, { key, value, tags, expires, dies }: Draft): EntryRow {
    const version = `${this.#life}${(this.#versions++).toString(36)}`;
    const size = store.sizeOf(key, value);
    return { key: store.prefix + key, version, expires, dies, tags, size, value };
  }
  async #write<R>(
    store: CacheStore,
    rows: readonly EntryRow[],
    make: Parameters<typeof store.commit<R>>[0],
  ): Promise<R> {
    const sweeper = this.#sweeper;
    for (const { dies } of rows) if (dies !== null) sweeper?.wrote(dies);
    sweeper?.look(store.now());
    if (!store.account) return await store.commit(make);
    const { effects, value } = await store.noted(make);
    for (const { kind, before, table } of effects) {
      if (kind === "evict" && table.name === ENTRIES.name) this.#counts.evictions += before.length;
    }
    return value;
  }
  /** Writes what was read, behind whoever reads. */
  #writeUses(store: CacheStore): void {
    const { account } = store;
    if (!account) return;
    const noted = account.take();
    store.commit((place) => noteWork(place, noted), "evict").catch(() => account.giveBack(noted));
  }
}

const NO_OPTIONS = {};

function isStale({ expires }: EntryRow, now: number): boolean {
  return expires !== null && now >= expires;
}

/** A time so long after another; null is never. */
function timeAfter(now: number, ms: number): number | null {
  return ms === Infinity ? null : now + ms;
}
