import type { Cache } from "./types.ts";

/** Text by key, the shape that persisters of other libraries ask for. */
export interface ItemStorage {
  /** The text of a key; null when there is none, or another value. */
  getItem(key: string): Promise<string | null>;
  /** Stores text. */
  setItem(key: string, value: string): Promise<void>;
  /** Deletes an entry. */
  removeItem(key: string): Promise<void>;
}

/**
 * A cache as an asynchronous `Storage`, as persisters of query and state libraries take one.
 *
 * @example Give a cache to a persister
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { cache, itemStorage } from "@strata/data/cache";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * const storage = itemStorage(cache(db, "queries"));
 * await storage.setItem("client", "{}");
 * assertEquals(await storage.getItem("client"), "{}");
 * assertEquals(await storage.getItem("other"), null);
 * ```
 */
export function itemStorage(cache: Cache<unknown>): ItemStorage {
  return {
    async getItem(key) {
      const value = await cache.get(key);
      return typeof value === "string" ? value : null;
    },
    async setItem(key, value) {
      await cache.set(key, String(value));
    },
    async removeItem(key) {
      await cache.delete(key);
    },
  };
}
