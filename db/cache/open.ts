import { quote } from "../../schema/errors.ts";
import type { Core } from "../core.ts";
import { coreOf } from "../session_of.ts";
import type { Database } from "../types.ts";
import { CacheValue } from "./cache.ts";
import { checkOptions, checkText } from "./check.ts";
import type { Settings } from "./store.ts";
import type { Cache, CacheOptions } from "./types.ts";

/** The caches of each database by name. */
const OPENED = new WeakMap<Core, Map<string, { settings: Settings; cache: Cache<unknown> }>>();

/**
 * A cache in a database: key and value for a while, on any driver, beside the tables of the user.
 *
 * Values are kept as the codec keeps them, and each read gives a copy of its own. A name is one cache for all who
 * share the database; it is text of 0 to 1,024 bytes, as keys and tags are. Nothing is made before it is first used.
 * For the same name and options it gives the same cache.
 *
 * @throws {TypeError} When the cache is open with other options, or `db` was not made by this copy of the library.
 * @throws {RangeError} When the name or an option is out of range.
 *
 * @example Keep what is costly to make
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { cache } from "@strata/data/cache";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * const prices = cache<number>(db, "prices", { ttlMs: 60_000 });
 * const price = await prices.getOrSet("apple", () => Promise.resolve(3), { tags: ["fruit"] });
 * assertEquals(price, 3);
 * assertEquals(await prices.get("apple"), 3);
 * assertEquals(await prices.invalidateTags(["fruit"]), 1);
 * assertEquals(await prices.get("apple"), undefined);
 * ```
 */
export function cache<T = unknown>(
  db: Database,
  name: string,
  options: CacheOptions = {},
): Cache<T> {
  const core = coreOf(db);
  checkText("name", name);
  checkOptions(options);
  const settings: Settings = {
    name,
    ttlMs: options.ttlMs ?? Infinity,
    staleMs: options.staleMs ?? 0,
    maxEntries: options.maxEntries ?? Infinity,
    maxBytes: options.maxBytes ?? Infinity,
    now: options.now ?? core.now,
  };
  let caches = OPENED.get(core);
  if (!caches) OPENED.set(core, caches = new Map());
  const known = caches.get(name);
  if (!known) {
    const cache: Cache<T> = new CacheValue<T>(db, settings);
    caches.set(name, { settings, cache: cache as Cache<unknown> }); // given out under one type only by its users
    return cache;
  }
  for (const option of ["ttlMs", "staleMs", "maxEntries", "maxBytes", "now"] as const) {
    if (known.settings[option] === settings[option]) continue;
    throw new TypeError(
      `Cannot open the cache ${quote(name)} as it is open already: its ${option} is another`,
    );
  }
  return known.cache as Cache<T>; // the type of its values is what its users say
}
