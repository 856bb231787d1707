import { checkEntry } from "./check.ts";
import { leased } from "./lease.ts";
import { entryOf, valueOf } from "./reading.ts";
import { runFactory } from "./scope.ts";
import type { CacheStore } from "./store.ts";
import type { EntryRow } from "./tables.ts";
import type { CacheEntryOptions, FactoryContext } from "./types.ts";

/** What one run of a factory needs. */
export interface Making<T> {
  readonly store: CacheStore;
  readonly key: string;
  /** Whether nobody else who shares the database may run one meanwhile. */
  readonly lease: boolean;
  readonly signal: AbortSignal;
  factory(context: FactoryContext<T>): T | Promise<T>;
  save(value: T, more: CacheEntryOptions): Promise<void>;
}

/** Runs a factory and stores what it gives, unless somebody else has been faster. */
export async function makeValue<T>(making: Making<T>): Promise<T> {
  const { store, key, lease, signal } = making;
  const isFresh = ({ expires }: EntryRow) => expires === null || store.now() < expires;
  if (!lease) {
    const row = await store.row(key);
    return row && isFresh(row) ? valueOf(row) : await run(making, row);
  }
  const got = await leased(store, key, signal, isFresh);
  if ("entry" in got) return valueOf(got.entry);
  try {
    return await run(making, await store.row(key));
  } finally {
    await got.release();
  }
}

async function run<T>(making: Making<T>, row: EntryRow | undefined): Promise<T> {
  const { signal, store } = making;
  signal.throwIfAborted();
  let more: CacheEntryOptions = {};
  let skipped = false;
  const context: FactoryContext<T> = {
    signal,
    previous: row && entryOf(row, store.now()),
    setTtl(ttlMs) {
      checkEntry({ ttlMs });
      more = { ...more, ttlMs };
    },
    setTags(tags) {
      checkEntry({ tags });
      more = { ...more, tags: [...tags] };
    },
    skip() {
      skipped = true;
    },
  };
  const value = await runFactory(() => making.factory(context));
  // Nobody waits for a value whose run was given up, and undefined is none.
  if (!skipped && value !== undefined && !signal.aborted) await making.save(value, more);
  return value;
}
