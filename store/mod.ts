/**
 * STATE: reactive tables, values and refs in memory.
 *
 * @module
 */
export { ref } from "./ref.ts";
export { createStore } from "./store.ts";
export type { Ref, Store, StoreOptions, StoreTransaction, Sync } from "./types.ts";
