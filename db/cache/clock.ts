import type { Cache } from "./types.ts";

const CLOCKS = new WeakMap<object, () => number>();

/** Remembers the clock of a cache. */
export function setClock(cache: object, now: () => number): void {
  CLOCKS.set(cache, now);
}
/** The clock of a cache. */
export function clockOf(cache: Cache<unknown>): () => number {
  return CLOCKS.get(cache) ?? Date.now;
}
