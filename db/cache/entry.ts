import { encode } from "../../schema/codec.ts";
import { checkText } from "./check.ts";
import type { CacheStore, Settings } from "./store.ts";
import type { EntryRow } from "./tables.ts";
import type { CacheEntryOptions } from "./types.ts";

/** An entry as it will be stored, before it is known where. */
export interface Draft {
  readonly key: string;
  readonly value: string;
  readonly tags: string;
  readonly expires: number | null;
  readonly dies: number | null;
}

/**
 * What an entry is stored as. Input is looked through and copied before anything waits; the options have been
 * looked through.
 */
export function draftOf(
  settings: Settings,
  key: string,
  value: unknown,
  options: CacheEntryOptions,
): Draft {
  checkText("key", key);
  if (value === undefined) {
    throw new TypeError(
      "Cannot store a value as undefined means that there is none: got undefined",
    );
  }
  const { ttlMs = settings.ttlMs, staleMs = settings.staleMs, tags } = options;
  const expires = ttlMs === Infinity ? null : settings.now() + ttlMs; // most caches ask no clock
  const dies = expires === null ? null : timeAfter(expires, staleMs);
  const list = tags === undefined || tags.length === 0 ? "" : JSON.stringify([...new Set(tags)]);
  return { key, value: encode(value), tags: list, expires, dies };
}

/** The row of a draft in its cache, with a version of its own. */
export function rowOf(store: CacheStore, { key, value, tags, expires, dies }: Draft): EntryRow {
  const size = store.sizeOf(key, value);
  return { key: store.prefix + key, version: store.version(), expires, dies, tags, size, value };
}

/** A time so long after another; null is never. */
export function timeAfter(now: number, ms: number): number | null {
  return ms === Infinity ? null : now + ms;
}
