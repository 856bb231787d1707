/** The signal interface of @preact/signals-core. */
export interface ReadonlySignal<T> {
  /** The value; reading it in an effect or a computed signal subscribes to it. */
  readonly value: T;
  /** The value, without subscribing. */
  peek(): T;
  /** Calls the listener with the value now and after each change; gives what ends that. */
  subscribe(listener: (value: T) => void): () => void;
}

/** Settings of {@linkcode webstorage}; each instance has its own. */
export interface WebStorageOptions {
  /**
   * Keys of other namespaces are not seen. 0 to 1,024 bytes of UTF-8, well-formed, no U+0000.
   *
   * @default ""
   */
  readonly namespace?: string;
  /**
   * Of what values look like, a whole number from 0. Values of an older one go through `migrate`,
   * those of a newer one read as undefined and stay as they are until they are written.
   *
   * @default 0
   */
  readonly version?: number;
  /**
   * Brings a value of an older version over, when it is first read; undefined drops it. When this
   * throws, the value reads as undefined, stays as it is and the error is logged. Without it older
   * values vanish.
   */
  readonly migrate?: (key: string, value: unknown, version: number) => unknown;
  /**
   * Milliseconds until a value that is set expires, unless `set` says otherwise. 0 or less: at
   * once.
   *
   * @default Infinity
   */
  readonly ttlMs?: number;
  /**
   * The most that keys and values of the namespace take in the area, least recently used ones are
   * dropped first. Two bytes a UTF-16 unit, as browsers count their own quota (10 MiB).
   *
   * @default Infinity
   */
  readonly maxBytes?: number;
  /**
   * The clock, in milliseconds.
   *
   * @default Date.now
   */
  readonly now?: () => number;
}

/**
 * A synchronous key-value store that may survive a reload of the page. Made by
 * {@linkcode webstorage}.
 *
 * Keys are 0 to 1,024 bytes of UTF-8, well-formed, without U+0000: all methods throw a `TypeError`
 * for one that is no string and a `RangeError` for another one. Nothing throws because storage is
 * missing, blocked, full or broken.
 */
export interface WebStorage {
  /** A copy of the value of `key`; undefined where there is none, or none that can be read. */
  get<T = unknown>(key: string): T | undefined;
  /**
   * Any value of the kinds that the codec keeps, undefined included. `ttlMs` of 0 or less deletes
   * the key.
   *
   * @throws {TypeError} When the value holds a function, a symbol, a cycle or an instance of
   * another class.
   * @throws {RangeError} When `ttlMs` is no number, or the value has more than 500 levels.
   */
  set<T>(key: string, value: T, options?: { ttlMs?: number }): void;
  /** Whether there is a value that `get` gives, undefined included. */
  has(key: string): boolean;
  /** Deletes the key; whether there was a value that `get` would have given. */
  delete(key: string): boolean;
  /** Deletes all keys of this namespace, whatever their version. */
  clear(): void;
  /** Keys that have a value, in the order of UTF-16 units (that of `sort()`), everywhere. */
  keys(): string[];
  /** Keys and values, in the order of `keys`. */
  entries(): [string, unknown][];
  /**
   * Sets what `fn` makes of the value, as `set` without options, and gives it. Two tabs that do
   * so at once may lose one of the two: counters belong into a database.
   */
  update<T>(key: string, fn: (value: T | undefined) => T): T;
  /**
   * Calls `listener` after each change of the value, whichever tab made it, and gives what ends
   * that. Setting an equal value is no change, and nobody is woken by a clock: an expired value
   * is noticed when it is read.
   */
  subscribe<T = unknown>(key: string, listener: (value: T | undefined) => void): () => void;
  /** The value as a signal; what it holds keeps its identity as long as it does not change. */
  signal<T = unknown>(key: string): ReadonlySignal<T | undefined>;
  /** The value if it is a string, else null: the shape that other persisters ask for. */
  getItem(key: string): string | null;
  /** As `set`, with the value as a string. */
  setItem(key: string, value: string): void;
  /** As `delete`. */
  removeItem(key: string): void;
  /**
   * Where values are: `"memory"` also where the area that was asked for is missing, blocked or
   * broken, `"request"` on a server.
   */
  readonly kind: "local" | "session" | "memory" | "request";
  /** Whether all values of the namespace survive a reload, as far as one can know. */
  readonly persistent: boolean;
  /**
   * Calls `listener` when values are from now on kept in memory alone, at once if some are:
   * `"full"` for a single value that did not fit, else `"unavailable: "` and what went wrong
   * (`"missing"`, or the name of an error).
   */
  onDegraded(listener: (reason: string) => void): () => void;
}
