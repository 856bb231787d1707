import { decode } from "../../schema/codec.ts";
import { noteWork } from "./limits.ts";
import type { CacheStore } from "./store.ts";
import { type EntryRow, isOver, tagsOf } from "./tables.ts";
import type { CacheEntry } from "./types.ts";

/** What the statistics of a cache are made of. */
export interface Counts {
  hits: number;
  misses: number;
  stale: number;
  evictions: number;
}

/** Counts a read; the row when its value is given. */
export function given(
  store: CacheStore,
  counts: Counts,
  row: EntryRow | undefined,
): EntryRow | undefined {
  if (row === undefined) {
    counts.misses++;
    return undefined;
  }
  const { expires } = row;
  if (expires !== null) {
    const now = store.now();
    if (isOver(row, now)) {
      missed(store, counts, row);
      return undefined;
    }
    if (now >= expires) counts.stale++;
    else counts.hits++;
    store.sweeper.look();
  } else counts.hits++;
  if (store.account?.note(row.key)) void writeUses(store);
  return row;
}

/** Counts a read that gives nothing; what was found is over. */
export function missed(store: CacheStore, counts: Counts, row: EntryRow | undefined): void {
  counts.misses++;
  if (row) store.sweeper.found(row.key);
}

/** The value of a row, a copy of its own. */
export function valueOf<T>({ value }: { readonly value: string }): T {
  return decode(value) as T; // what was stored is what is read
}

/** A row as users see it. */
export function entryOf<T>(row: EntryRow, now: number): CacheEntry<T> {
  return {
    value: valueOf(row),
    version: row.version,
    expiresAt: row.expires ?? Infinity,
    stale: isStale(row, now),
    tags: tagsOf(row),
  };
}

/** Whether an entry is to be made anew. */
export function isStale({ expires }: EntryRow, now: number): boolean {
  return expires !== null && now >= expires;
}

/** Writes what was read, behind whoever reads. */
async function writeUses(store: CacheStore): Promise<void> {
  const noted = store.account?.take();
  if (!noted) return;
  try {
    await store.commit((place) => noteWork(place, noted), "evict");
  } catch {
    store.account?.giveBack(noted); // for the next time
  }
}
