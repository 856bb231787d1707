/**
 * A cache in the database: keys and values for a while, on any driver.
 *
 * @module
 */
export { cache } from "./open.ts";
export { itemStorage } from "./item_storage.ts";
export { keyvStore } from "./keyv.ts";
export { unstorageDriver } from "./unstorage.ts";
export { webCache } from "./web_cache.ts";
export type { ItemStorage } from "./item_storage.ts";
export type { KeyvEntry, KeyvStore } from "./keyv.ts";
export type { UnstorageDriver, UnstorageOptions } from "./unstorage.ts";
export type { WebCache, WebCacheQuery } from "./web_cache.ts";
export type {
  Cache,
  CacheEntry,
  CacheEntryOptions,
  CacheEvent,
  CacheOptions,
  CacheStatistics,
  FactoryContext,
} from "./types.ts";
