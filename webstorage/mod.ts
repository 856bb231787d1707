/**
 * CACHE: synchronous key-value on web storage, lossless, with expiry and versions. Where storage
 * is missing, blocked or full it goes on in memory and says so.
 *
 * @module
 */
export { memoryStorage } from "./memory_storage.ts";
export type { ReadonlySignal, WebStorage, WebStorageOptions } from "./types.ts";
export { webstorage } from "./webstorage.ts";
