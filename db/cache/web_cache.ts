import { clockOf } from "./clock.ts";
import { accepts, ageOf, lifetimeOf, mayStore, varyOf } from "./http.ts";
import type { Cache as StrataCache } from "./types.ts";

/** So much of a long address is in its key as it is; a hash of all of it follows. */
const KEPT = 900;
const NO_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** One of the responses of an address, which differ by headers of the request. */
interface Variant {
  readonly vary: readonly (readonly [name: string, value: string | null])[];
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array<ArrayBuffer>;
  /** When it came, and how old it was then; how long it is fresh from its date on, Infinity where it does not say. */
  readonly time: number;
  readonly ageMs: number;
  readonly lifetimeMs: number;
}
/** What is stored for an address. */
interface Stored {
  readonly url: string;
  readonly variants: readonly Variant[];
}

/** How a request is looked for. */
export interface WebCacheQuery {
  /** Takes any query string of the same address. */
  readonly ignoreSearch?: boolean;
  /** Takes requests that are no GET. */
  readonly ignoreMethod?: boolean;
  /** Takes responses that depend on other headers of the request. */
  readonly ignoreVary?: boolean;
}

/** The part of the Web `Cache` that works without fetching. */
export interface WebCache {
  /** A fresh response to a request, with its age; undefined when there is none. */
  match(request: Request | string | URL, options?: WebCacheQuery): Promise<Response | undefined>;
  /**
   * Stores a response as long as it says that it is fresh. One that says that it is for nobody else is not stored.
   *
   * @throws {TypeError} When the request is no GET over HTTP, or the response is a part or varies with anything.
   */
  put(request: Request | string | URL, response: Response): Promise<void>;
  /** Deletes the responses to a request; false when there was none. */
  delete(request: Request | string | URL, options?: WebCacheQuery): Promise<boolean>;
  /** The requests that have a fresh response. */
  keys(request?: Request | string | URL, options?: WebCacheQuery): Promise<readonly Request[]>;
}

/**
 * A cache as a Web `Cache`, for runtimes that have none: a shared HTTP cache by RFC 9111, with `Vary`.
 *
 * What a response says counts: `Cache-Control`, `Expires`, `Date`, `Age`, or a tenth of its age by `Last-Modified`;
 * what says nothing stays as long as the cache has it. The header `Cache-Tag`, names with commas between, gives it
 * the tags that `invalidateTags` finds it by.
 *
 * @example Keep a response
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { cache, webCache } from "@strata/data/cache";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * const responses = webCache(cache(db, "http"));
 * const headers = { "cache-control": "max-age=60" };
 * await responses.put("https://example.com/a", new Response("hello", { headers }));
 * assertEquals(await (await responses.match("https://example.com/a"))?.text(), "hello");
 * assertEquals(await responses.match("https://example.com/b"), undefined);
 * ```
 */
export function webCache(cache: StrataCache<unknown>): WebCache {
  const now = clockOf(cache);
  const isFresh = (variant: Variant) => ageNow(variant, now()) < variant.lifetimeMs;

  /** What is stored for requests like this, with their keys. */
  async function* found(
    request: Request,
    { ignoreSearch = false, ignoreMethod = false }: WebCacheQuery,
  ): AsyncGenerator<[string, Stored], void, undefined> {
    if (request.method !== "GET" && !ignoreMethod) return;
    if (!ignoreSearch) {
      const key = await keyOf(request.url);
      const stored = await cache.get(key) as Stored | undefined; // nobody else stores such a key here
      if (stored) yield [key, stored];
      return;
    }
    const base = withoutSearch(request.url);
    for await (const [key, value] of cache.entries(base.slice(0, KEPT))) {
      const stored = value as Stored; // as above
      if (withoutSearch(stored.url) === base) yield [key, stored];
    }
  }
  const fits = (variant: Variant, request: Request, { ignoreVary = false }: WebCacheQuery) =>
    ignoreVary || variant.vary.every(([name, value]) => request.headers.get(name) === value);

  /** Puts other variants into the place of those of a key, however many do that at once. */
  async function change(
    key: string,
    url: string,
    next: (variants: readonly Variant[]) => readonly Variant[],
  ): Promise<void> {
    for (;;) {
      const entry = await cache.entry(key);
      const stored = entry?.value as Stored | undefined; // as above
      const before = stored?.variants ?? [];
      const variants = next(before.filter(isFresh));
      if (variants.length === 0) {
        if (entry) await cache.delete(key);
        return;
      }
      const time = now();
      const freshMs = Math.max(...variants.map((item) => item.lifetimeMs - ageNow(item, time)));
      const tags = [...new Set(variants.flatMap(tagsOf))];
      const options = {
        version: entry?.version,
        tags,
        ...(freshMs < Infinity && { ttlMs: freshMs }),
      };
      if (await cache.setIf(key, { url, variants } satisfies Stored, options)) return;
    }
  }

  return {
    async match(info, options = {}) {
      const request = requestOf(info);
      for await (const [, { url, variants }] of found(request, options)) {
        for (const variant of variants) {
          const ageMs = ageNow(variant, now());
          if (!fits(variant, request, options) || ageMs >= variant.lifetimeMs) continue;
          if (accepts(request, ageMs, variant.lifetimeMs - ageMs)) {
            return responseOf(variant, url, ageMs);
          }
        }
      }
      return undefined;
    },
    async put(info, response) {
      const request = requestOf(info);
      checkPut(request, response);
      const time = now();
      const url = withoutHash(request.url);
      const body = new Uint8Array(await response.arrayBuffer());
      const variant: Variant = {
        vary: varyOf(response.headers).sort().map((name) => [name, request.headers.get(name)]),
        status: response.status,
        statusText: response.statusText,
        headers: [...response.headers],
        body,
        time,
        ageMs: ageOf(response.headers, time),
        lifetimeMs: lifetimeOf(response.headers, time) ?? Infinity,
      };
      const stays = mayStore(request, response) && variant.ageMs < variant.lifetimeMs;
      await change(await keyOf(url), url, (variants) => {
        const others = variants.filter((item) => !fits(item, request, {}));
        return stays ? [variant, ...others] : others;
      });
    },
    async delete(info, options = {}) {
      const request = requestOf(info);
      let deleted = false;
      for await (const [key, { url, variants }] of found(request, options)) {
        const gone = variants.filter((item) => fits(item, request, options));
        if (gone.length === 0) continue;
        deleted = true;
        await change(key, url, (now) => now.filter((item) => !fits(item, request, options)));
      }
      return deleted;
    },
    async keys(info, options = {}) {
      const requests: Request[] = [];
      const add = ({ url, variants }: Stored, wanted?: Request) => {
        for (const variant of variants.filter(isFresh)) {
          if (wanted && !fits(variant, wanted, options)) continue;
          const headers = variant.vary.flatMap(([name, value]): [string, string][] =>
            value === null ? [] : [[name, value]]
          );
          requests.push(new Request(url, { headers }));
        }
      };
      if (info === undefined) {
        for await (const [, value] of cache.entries()) add(value as Stored); // as above
      } else {
        const request = requestOf(info);
        for await (const [, stored] of found(request, options)) add(stored, request);
      }
      return requests;
    },
  };
}

function requestOf(info: Request | string | URL): Request {
  return info instanceof Request ? info : new Request(info);
}

function checkPut(request: Request, response: Response): void {
  const problem = request.method !== "GET"
    ? `its method is ${request.method}`
    : !/^https?:/.test(request.url)
    ? "it is not over HTTP"
    : response.status === 206
    ? "the response is a part"
    : varyOf(response.headers).includes("*")
    ? "the response varies with anything"
    : response.bodyUsed
    ? "the body of the response is used"
    : undefined;
  if (problem === undefined) return;
  throw new TypeError(`Cannot store a response as another GET may get it: ${problem}`);
}

function ageNow({ time, ageMs }: Variant, now: number): number {
  return ageMs + Math.max(0, now - time);
}

function responseOf(variant: Variant, url: string, ageMs: number): Response {
  const { status, statusText, body } = variant;
  const headers = new Headers();
  for (const [name, value] of variant.headers) headers.append(name, value);
  headers.set("age", String(Math.floor(ageMs / 1_000)));
  const response = new Response(NO_BODY.has(status) ? null : body, { status, statusText, headers });
  return Object.defineProperty(response, "url", { value: url });
}

function tagsOf({ headers }: Variant): string[] {
  return headers.filter(([name]) => name === "cache-tag")
    .flatMap(([, value]) => value.split(",").map((tag) => tag.trim()))
    .filter((tag) => tag !== "");
}

function withoutHash(url: string): string {
  const at = url.indexOf("#");
  return at < 0 ? url : url.slice(0, at);
}
function withoutSearch(url: string): string {
  const whole = withoutHash(url);
  const at = whole.indexOf("?");
  return at < 0 ? whole : whole.slice(0, at);
}

/** The key of an address: itself, or its beginning and a hash where it is long. */
async function keyOf(address: string): Promise<string> {
  const url = withoutHash(address);
  if (url.length <= KEPT) return url; // addresses are ASCII
  const hash = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url)),
  );
  return `${url.slice(0, KEPT)}#${
    Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")
  }`;
}
