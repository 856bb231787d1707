import type { Schema } from "../schema/mod.ts";
import type { Store, StoreOptions } from "../store/mod.ts";
import type { WebStorage, WebStorageOptions } from "../webstorage/mod.ts";

/**
 * What belongs to one request: web storage and stores that nobody else sees. It is there until the
 * body of the response has ended, failed or been cancelled; from then on every use throws.
 */
export interface Scope extends Disposable {
  /**
   * Web storage of this request, forgotten with it; the same as `webstorage` gives inside `run`.
   *
   * @throws {DataError} With code `"closed"` once the scope has ended, also from its methods.
   */
  webstorage(area: "local" | "session", options?: WebStorageOptions): WebStorage;
  /**
   * One store for this request: each call with the same schema gives the same one, made by the first with
   * its options, and disposed with the scope.
   *
   * @throws {DataError} With code `"closed"` once the scope has ended.
   */
  store(schema: Schema, options?: StoreOptions): Store;
  /**
   * Calls `fn` with this scope as the current one, also for what it awaits and the timers it starts.
   *
   * @throws {DataError} With code `"closed"` once the scope has ended.
   */
  run<T>(fn: () => T): T;
}
