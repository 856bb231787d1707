import type { Cache } from "./types.ts";

/** An entry as Keyv gives several. */
export interface KeyvEntry {
  /** With its namespace. */
  readonly key: string;
  /** What Keyv has serialized. */
  readonly value: unknown;
  /** Milliseconds; those of the cache without. */
  readonly ttl?: number | undefined;
}

/** What `new Keyv({ store })` takes: keys come with their namespace before them. */
export interface KeyvStore {
  /** What Keyv reads and sets of its stores: it iterates over those of dialects that it knows. */
  readonly opts: Record<string, unknown>;
  /** Set by Keyv. */
  namespace: string | undefined;
  /** The value of a key. */
  get(key: string): Promise<unknown>;
  /** The values of keys, in their order. */
  getMany(keys: readonly string[]): Promise<unknown[]>;
  /** Stores a value for `ttl` milliseconds; for those of the cache without. */
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  /** Stores several values. */
  setMany(entries: readonly KeyvEntry[]): Promise<boolean[]>;
  /** Deletes an entry; false when there was none. */
  delete(key: string): Promise<boolean>;
  /** Deletes entries; false when there was none. */
  deleteMany(keys: readonly string[]): Promise<boolean>;
  /** Deletes all entries of the namespace. */
  clear(): Promise<void>;
  /** Whether there is an entry. */
  has(key: string): Promise<boolean>;
  /** Whether there are entries. */
  hasMany(keys: readonly string[]): Promise<boolean[]>;
  /** All entries of a namespace. */
  iterator(namespace?: string): AsyncIterable<[string, unknown]>;
  /** Nothing: the database is closed by who opened it. */
  disconnect(): Promise<void>;
}

/**
 * A cache as the store of a Keyv, for `new Keyv({ store: keyvStore(cache) })`. Use one for each Keyv, as each
 * has its namespace; they may share a cache.
 *
 * @example Use Keyv's API on any driver
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { cache, keyvStore } from "@strata/data/cache";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * const store = keyvStore(cache(db, "sessions"));
 * await store.set("keyv:ada", "logged in", 60_000);
 * assertEquals(await store.get("keyv:ada"), "logged in");
 * ```
 */
export function keyvStore(cache: Cache<unknown>): KeyvStore {
  async function* keysOf(namespace: string | undefined): AsyncGenerator<string, void, undefined> {
    yield* cache.keys(namespace ? `${namespace}:` : "");
  }
  const options = (ttl: number | undefined) => ttl === undefined || ttl === 0 ? {} : { ttlMs: ttl };
  const store: KeyvStore = {
    opts: { dialect: "sqlite", url: "" }, // a dialect whose stores Keyv iterates over
    namespace: undefined,
    get: (key) => cache.get(key),
    async getMany(keys) {
      const found = await cache.getMany(keys);
      return keys.map((key) => found.get(key));
    },
    async set(key, value, ttl) {
      if (value === undefined) await cache.delete(key);
      else await cache.set(key, value, options(ttl));
      return true;
    },
    async setMany(entries) {
      const byTtl = new Map<number | undefined, [string, unknown][]>();
      for (const { key, value, ttl } of entries) {
        const list = byTtl.get(ttl) ?? [];
        byTtl.set(ttl, list);
        list.push([key, value]);
      }
      for (const [ttl, list] of byTtl) await cache.setMany(list, options(ttl));
      return entries.map(() => true);
    },
    delete: (key) => cache.delete(key),
    deleteMany: async (keys) => await cache.deleteMany(keys) > 0,
    async clear() {
      if (!store.namespace) return await cache.clear();
      const keys: string[] = [];
      for await (const key of keysOf(store.namespace)) keys.push(key);
      await cache.deleteMany(keys);
    },
    has: (key) => cache.has(key),
    hasMany: (keys) => Promise.all(keys.map((key) => cache.has(key))),
    iterator: (namespace) => cache.entries(namespace ? `${namespace}:` : ""),
    disconnect: () => Promise.resolve(),
  };
  return store;
}
