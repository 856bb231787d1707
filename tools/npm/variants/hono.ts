// ssr/hono.ts in a browser, where a module that both sides share may still make the middleware.
import { noServer } from "./no_server.ts";

export function honoData(): () => Promise<void> {
  return () => Promise.reject(noServer("answer a request in a scope"));
}
