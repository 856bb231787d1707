import type { Cache, CacheEntryOptions } from "./types.ts";

/** What unstorage passes on of the options of a call: `ttl` counts seconds, as in its other drivers. */
export interface UnstorageOptions {
  /** Seconds that it stays. */
  readonly ttl?: number;
}

/** What unstorage's `createStorage({ driver })` takes: a driver, whose keys have `:` between their parts. */
export interface UnstorageDriver {
  /** What unstorage calls it. */
  readonly name: string;
  /** None that anybody sets. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The cache. */
  getInstance(): Cache<unknown>;
  /** Whether there is an entry. */
  hasItem(key: string): Promise<boolean>;
  /** The value of a key; null when there is none. */
  getItem(key: string): Promise<unknown>;
  /** The values of several keys, in one read. */
  getItems(
    items: readonly { readonly key: string }[],
  ): Promise<{ readonly key: string; readonly value: unknown }[]>;
  /** The value of a key as it was set. */
  getItemRaw(key: string): Promise<unknown>;
  /** Stores text. */
  setItem(key: string, value: string, options?: UnstorageOptions): Promise<void>;
  /** Stores several values. */
  setItems(
    items: readonly {
      readonly key: string;
      readonly value: string;
      readonly options?: UnstorageOptions;
    }[],
    options?: UnstorageOptions,
  ): Promise<void>;
  /** Stores a value as it is. */
  setItemRaw(key: string, value: unknown, options?: UnstorageOptions): Promise<void>;
  /** Deletes an entry. */
  removeItem(key: string): Promise<void>;
  /** When an entry is over, where it ever is; null when there is none. */
  getMeta(key: string): Promise<{ readonly expiresAt?: number } | null>;
  /** All keys that begin with `base`. */
  getKeys(base?: string): Promise<string[]>;
  /** Deletes all entries whose keys begin with `base`. */
  clear(base?: string): Promise<void>;
  /** Nothing: the database is closed by who opened it. */
  dispose(): void;
}

/**
 * A cache as a driver of unstorage, for `createStorage({ driver: unstorageDriver(cache) })`.
 *
 * @example Use unstorage's API on any driver
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { cache, unstorageDriver } from "@strata/data/cache";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * const driver = unstorageDriver(cache(db, "pages"));
 * await driver.setItem("a:b", "text", { ttl: 60 });
 * assertEquals(await driver.getKeys("a:"), ["a:b"]);
 * ```
 */
export function unstorageDriver(cache: Cache<unknown>): UnstorageDriver {
  const entryOptions = (options: UnstorageOptions | undefined): CacheEntryOptions =>
    options?.ttl === undefined ? {} : { ttlMs: options.ttl * 1_000 };
  const get = async (key: string) => await cache.get(key) ?? null;
  const set = async (key: string, value: unknown, options?: UnstorageOptions) =>
    await cache.set(key, value, entryOptions(options));
  async function keys(base = ""): Promise<string[]> {
    const all: string[] = [];
    for await (const key of cache.keys(base)) all.push(key);
    return all;
  }
  return {
    name: "strata",
    options: {},
    getInstance: () => cache,
    hasItem: (key) => cache.has(key),
    getItem: get,
    async getItems(items) {
      const found = await cache.getMany(items.map(({ key }) => key));
      return items.map(({ key }) => ({ key, value: found.get(key) ?? null }));
    },
    getItemRaw: get,
    setItem: set,
    async setItems(items, options) {
      for (const item of items) await set(item.key, item.value, item.options ?? options);
    },
    setItemRaw: set,
    removeItem: async (key) => void await cache.delete(key),
    async getMeta(key) {
      const entry = await cache.entry(key);
      if (!entry) return null;
      return entry.expiresAt === Infinity ? {} : { expiresAt: entry.expiresAt };
    },
    getKeys: keys,
    clear: async (base) => base ? void await cache.deleteMany(await keys(base)) : cache.clear(),
    dispose() {},
  };
}
