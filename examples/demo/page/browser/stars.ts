/**
 * Stars are of this browser and of no importance: web storage is the place for them.
 *
 * @module
 */
import { webstorage } from "@strata/data/webstorage";

const KEY = "stars";
const storage = webstorage("local", { namespace: "atlas" });
const stars = storage.signal<ReadonlySet<number>>(KEY);

/** The cities with a star, as a signal: also those that another tab has set. */
export function followStars(): ReadonlySet<number> {
  return stars.value ?? new Set();
}

/** Sets the star of a city, or takes it away. */
export function star(city: number): void {
  storage.update<ReadonlySet<number>>(KEY, (now = new Set()) => {
    return now.has(city) ? now.difference(new Set([city])) : now.union(new Set([city]));
  });
}
