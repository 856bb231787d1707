// ssr/fresh.ts in a browser, where a module that islands share may still make the middleware.
import { noServer } from "./no_server.ts";

export function freshData(): () => Promise<Response> {
  return () => Promise.reject(noServer("answer a request in a scope"));
}
