import { query, startsWith } from "../../query/mod.ts";
import { valueOf } from "./reading.ts";
import type { CacheStore } from "./store.ts";
import { ENTRIES, isOver } from "./tables.ts";
import { deleteWork } from "./works.ts";

/** Entries of one commit while all are deleted. */
const CLEAR = 1_000;

/** The keys of a cache that begin with a text, in order. */
export async function* keysOf(
  store: CacheStore,
  prefix: string,
): AsyncGenerator<string, void, undefined> {
  const rows = query(ENTRIES).where({ key: startsWith(store.prefix + prefix) })
    .orderBy("key").select("key", "dies");
  for await (const row of store.source.iterate(rows)) {
    const key = isOver(row, store.now()) ? undefined : store.keyOf(row.key);
    if (key !== undefined) yield key;
  }
}

/** The same with their values. */
export async function* entriesOf<T>(
  store: CacheStore,
  prefix: string,
): AsyncGenerator<[string, T], void, undefined> {
  const rows = query(ENTRIES).where({ key: startsWith(store.prefix + prefix) }).orderBy("key");
  for await (const row of store.source.iterate(rows)) {
    const key = isOver(row, store.now()) ? undefined : store.keyOf(row.key);
    if (key !== undefined) yield [key, valueOf(row)];
  }
}

/** Deletes all entries of a cache, in steps. */
export async function clearAll(store: CacheStore): Promise<void> {
  const some = query(ENTRIES).where({ key: startsWith(store.prefix) })
    .orderBy("key").limit(CLEAR).select("key");
  for (;;) {
    const rows = await store.source.all(some);
    if (rows.length === 0) return;
    await store.commit((place) => deleteWork(place, rows.map(({ key }) => key)));
  }
}
