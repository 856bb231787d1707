/** How a cache keeps its entries; the same for all who use it. */
export interface CacheOptions {
  /** How long entries are fresh, in milliseconds. @default Infinity */
  readonly ttlMs?: number;
  /** How long after that they may still be given while they are made anew, in milliseconds. @default 0 */
  readonly staleMs?: number;
  /** The most entries it keeps; those that were not used for longest go. @default Infinity */
  readonly maxEntries?: number;
  /** The most bytes of keys and values it keeps, as they are stored. @default Infinity */
  readonly maxBytes?: number;
  /** Milliseconds since 1970. @default the database's */
  readonly now?: () => number;
}

/** What one entry is stored with; what is left out is as the cache has it. */
export interface CacheEntryOptions {
  /** How long it is fresh, in milliseconds: 0 or less is over already, Infinity never. */
  readonly ttlMs?: number;
  /** How long after that it may still be given, in milliseconds. */
  readonly staleMs?: number;
  /** What `invalidateTags` finds it by. */
  readonly tags?: readonly string[];
}

/** An entry as it is stored. */
export interface CacheEntry<T> {
  /** A copy of its own. */
  readonly value: T;
  /** Another one for each time that the entry is set, anywhere. */
  readonly version: string;
  /** When it is stale, in milliseconds since 1970; Infinity when never. */
  readonly expiresAt: number;
  /** Whether it is. */
  readonly stale: boolean;
  /** What it is found by. */
  readonly tags: readonly string[];
}

/** What a factory of `getOrSet` gets. */
export interface FactoryContext<T> {
  /** Aborts when every waiting caller has aborted. */
  readonly signal: AbortSignal;
  /** What is there of it still, however old. */
  readonly previous: CacheEntry<T> | undefined;
  /** How long the value is fresh, in milliseconds. */
  setTtl(ms: number): void;
  /** What `invalidateTags` finds it by. */
  setTags(tags: readonly string[]): void;
  /** The value is returned but not stored. */
  skip(): void;
}

/** What happened to an entry. */
export interface CacheEvent {
  /** Its key. */
  readonly key: string;
  /** `expire` when it was found to be over, `evict` when it made room for others. */
  readonly kind: "set" | "delete" | "expire" | "evict";
}

/** Key and value for a while, in a database. */
export interface Cache<T> {
  /** The value of a key: fresh, or within its `staleMs`; undefined when there is none. */
  get(key: string): Promise<T | undefined>;
  /** The same with what it is stored with. */
  entry(key: string): Promise<CacheEntry<T> | undefined>;
  /**
   * Stores a value, in the place of the one before.
   *
   * @throws {TypeError} When the value is undefined or of a kind that isn't kept.
   */
  set(key: string, value: T, options?: CacheEntryOptions): Promise<void>;
  /** Whether `get` gives a value; counts nothing. */
  has(key: string): Promise<boolean>;
  /** Deletes an entry; false when there was none. */
  delete(key: string): Promise<boolean>;
  /** The values of those keys that have one, in the order of the keys. */
  getMany(keys: readonly string[]): Promise<Map<string, T>>;
  /** Stores several values in one commit. */
  setMany(entries: Iterable<readonly [string, T]>, options?: CacheEntryOptions): Promise<void>;
  /** Deletes several entries in one commit; gives how many there were. */
  deleteMany(keys: readonly string[]): Promise<number>;
  /** Deletes all entries, in steps; one that is set meanwhile may stay or go. */
  clear(): Promise<void>;
  /** All keys that begin with `prefix`, in order. */
  keys(prefix?: string): AsyncIterable<string>;
  /** The same with their values. */
  entries(prefix?: string): AsyncIterable<[string, T]>;
  /** Makes an entry fresh for `ttlMs` from now, by default that of the cache; false when there is none. */
  touch(key: string, ttlMs?: number): Promise<boolean>;
  /**
   * The value of a key; where there is none, what `factory` gives, which is stored. All who ask meanwhile wait
   * for the same run of it: in this process, and with `lease` in all that share the database. A stale value is
   * given at once, and made anew behind it. What the factory throws, all who wait get, and nothing is stored;
   * undefined is returned and not stored. The options are those of the first caller.
   */
  getOrSet(
    key: string,
    factory: (context: FactoryContext<T>) => T | Promise<T>,
    options?: CacheEntryOptions & { signal?: AbortSignal; lease?: boolean },
  ): Promise<T>;
  /** Stores if the entry's version is this one (undefined: if there is none); false when it is another. */
  setIf(
    key: string,
    value: T,
    options: CacheEntryOptions & { version: string | undefined },
  ): Promise<boolean>;
  /** Deletes all entries with one of the tags, in one commit; gives how many there were. */
  invalidateTags(tags: readonly string[]): Promise<number>;
  /** Hears of what happens to a key or the entries with a tag, elsewhere too; gives what ends it. */
  subscribe(
    target: { key: string } | { tag: string },
    listener: (event: CacheEvent) => void,
  ): () => void;
  /** Since the cache was opened here. */
  readonly statistics: CacheStatistics;
}

/** What became of reads, and how many entries made room for others. */
export interface CacheStatistics {
  /** Reads that found a fresh value. */
  readonly hits: number;
  /** Reads that found none. */
  readonly misses: number;
  /** Reads that found a stale one. */
  readonly stale: number;
  /** Entries that made room for others. */
  readonly evictions: number;
}
