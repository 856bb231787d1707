// ssr/mod.ts in a browser: whoever renders there may dehydrate, but requests and their scopes are of servers.
import type { Scope } from "../../../ssr/types.ts";
import { noServer } from "./no_server.ts";

export { dehydrate } from "../../../ssr/dehydrate.ts";

export function createScope(): Scope {
  throw noServer("make a scope");
}
export function scopeOf(_request: Request): Scope {
  throw noServer("find the scope of a request");
}
export function withScope(): (request: Request) => Promise<Response> {
  return () => Promise.reject(noServer("answer a request in a scope"));
}
