class MemoryStorage {
  readonly #items = new Map<string, string>();
  /** The names by index, until one comes or goes. */
  #names: string[] | undefined;

  get length(): number {
    return this.#items.size;
  }
  key(index: number): string | null {
    this.#names ??= [...this.#items.keys()];
    return this.#names[index >>> 0] ?? null;
  }
  getItem(key: string): string | null {
    return this.#items.get(`${key}`) ?? null;
  }
  setItem(key: string, value: string): void {
    if (!this.#items.has(`${key}`)) this.#names = undefined;
    this.#items.set(`${key}`, `${value}`);
  }
  removeItem(key: string): void {
    if (this.#items.delete(`${key}`)) this.#names = undefined;
  }
  clear(): void {
    this.#items.clear();
    this.#names = undefined;
  }
}

/**
 * The standard's `Storage` with its methods, in memory, without a quota. Items are reached by the
 * methods alone, not as properties. Names are in the order in which they were first set.
 *
 * @example Stand in for `localStorage` in a test
 * ```ts
 * import { memoryStorage } from "@strata/data/webstorage";
 * import { assertEquals } from "@std/assert";
 *
 * const storage = memoryStorage();
 * storage.setItem("length", "a name like any other");
 * assertEquals(storage.getItem("length"), "a name like any other");
 * assertEquals([storage.length, storage.key(0), storage.key(1)], [1, "length", null]);
 * ```
 */
export function memoryStorage(): Storage {
  // The type has an index signature for items as properties, which need a proxy.
  return new MemoryStorage() as unknown as Storage;
}
