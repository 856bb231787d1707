/**
 * An HTTP cache in front of any `Request` to `Response` handler, kept in the database: a page is made once until it
 * is too old or until something it shows has changed, which its tags say.
 *
 * @module
 */
import type { Database } from "@strata/data";
import { cache, webCache } from "@strata/data/cache";

type Handler = (request: Request) => Response | Promise<Response>;

/** The same handler with a cache before it, and what tells the cache of a change. */
export interface CachedHandler {
  /** Answers from the cache where it can; `x-cache` says so. */
  handle(request: Request): Promise<Response>;
  /** Forgets all pages that have one of the tags in their `Cache-Tag`. */
  changed(...tags: string[]): Promise<number>;
}

/** Puts a cache before a handler; its name is one for all processes that share the database. */
export function cached(db: Database, handler: Handler): CachedHandler {
  const pages = cache(db, "pages", { maxBytes: 50_000_000 });
  const responses = webCache(pages);
  return {
    async handle(request) {
      if (request.method !== "GET") return await handler(request);
      const found = await responses.match(request);
      if (found) {
        found.headers.set("x-cache", "hit");
        return found;
      }
      const response = await handler(request);
      if (response.status === 200) await responses.put(request, response.clone());
      return response;
    },
    changed: (...tags) => pages.invalidateTags(tags),
  };
}
