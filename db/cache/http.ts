/**
 * The rules of RFC 9111 for a shared cache: what may be stored, and for how long it is fresh.
 *
 * @module
 */

/** Statuses that may be stored without anything that says so. @see RFC 9110, section 15.1 */
const BY_DEFAULT: ReadonlySet<number> = new Set([
  ...[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501],
]);
/** The part of its age that a response stays fresh where only `Last-Modified` is known. @see section 4.2.2 */
const HEURISTIC = 0.1;

/** Directives of `Cache-Control` by name, in lower case; those without an argument have an empty one. */
export function directivesOf(headers: Headers): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  const text = headers.get("cache-control") ?? "";
  // An argument is a token or a quoted string, which may hold commas.
  for (
    const [, name, quoted, token] of text.matchAll(/([^\s,=]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,]*)))?/g)
  ) {
    const known = name?.toLowerCase() ?? "";
    // Of two of a name the first counts.
    if (!directives.has(known)) directives.set(known, quoted ?? token ?? "");
  }
  return directives;
}

/** A number of seconds in milliseconds; 0 for what is none, so that it counts as over. */
function seconds(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : 0;
}

function dateOf(headers: Headers, name: string): number | undefined {
  const text = headers.get(name);
  if (text === null) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? -Infinity : time; // "0" and the like are over
}

/** How long a response is fresh from its date on, in milliseconds; undefined where it does not say. */
export function lifetimeOf(headers: Headers, now: number): number | undefined {
  const directives = directivesOf(headers);
  const maxAge = directives.get("s-maxage") ?? directives.get("max-age");
  if (maxAge !== undefined) return seconds(maxAge);
  const date = Math.max(dateOf(headers, "date") ?? now, 0);
  const expires = dateOf(headers, "expires");
  if (expires !== undefined) return Math.max(0, expires - date);
  const modified = dateOf(headers, "last-modified");
  if (modified === undefined || modified === -Infinity) return undefined;
  return Math.max(0, date - modified) * HEURISTIC;
}

/** How old a response was when it came, in milliseconds. @see section 4.2.3 */
export function ageOf(headers: Headers, now: number): number {
  const date = dateOf(headers, "date") ?? now;
  const apparent = date === -Infinity ? 0 : Math.max(0, now - date);
  return Math.max(apparent, seconds(headers.get("age") ?? "0"));
}

/** Whether a response may be given to others than who asked for it, without asking its origin. @see section 3 */
export function mayStore(request: Request, { status, headers }: Response): boolean {
  const directives = directivesOf(headers);
  if (directivesOf(request.headers).has("no-store")) return false;
  // What is to be revalidated each time is of no use to who can't do that.
  if (["no-store", "no-cache", "private"].some((name) => directives.has(name))) return false;
  const open = ["public", "s-maxage", "must-revalidate"].some((name) => directives.has(name));
  if (request.headers.has("authorization") && !open) return false;
  return BY_DEFAULT.has(status) || directives.has("public") || directives.has("s-maxage") ||
    directives.has("max-age") || headers.has("expires");
}

/** Whether a request takes a stored response of this age that stays fresh for so long. @see section 5.2.1 */
export function accepts({ headers }: Request, ageMs: number, freshMs: number): boolean {
  const directives = directivesOf(headers);
  if (directives.has("no-cache") || directives.has("no-store")) return false;
  if (!headers.has("cache-control") && /no-cache/i.test(headers.get("pragma") ?? "")) return false;
  const maxAge = directives.get("max-age");
  if (maxAge !== undefined && ageMs > seconds(maxAge)) return false;
  return freshMs > seconds(directives.get("min-fresh") ?? "0");
}

/** The names of request headers that a response depends on, in lower case; `*` is one. */
export function varyOf(headers: Headers): string[] {
  return (headers.get("vary") ?? "").split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
}
