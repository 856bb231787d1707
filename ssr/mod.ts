/**
 * Server rendering: a scope for each request, and dehydrated data in its page.
 *
 * `webstorage` and stores of a scope belong to one request and end with its response. `dehydrate` writes what a
 * page was rendered from into the page, and `hydrate` of `ssr/hydrate` reads it there.
 *
 * @module
 */
export { dehydrate } from "./dehydrate.ts";
export { createScope, scopeOf } from "./scope.ts";
export type { Scope } from "./types.ts";
export { withScope } from "./with_scope.ts";
