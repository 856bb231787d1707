/**
 * The live results of components, whatever renders them.
 *
 * @module
 */
import { untracked } from "@preact/signals-core";
import { liveInfo, type LiveQuery, rowName } from "../engine/mod.ts";
import type { Query } from "../query/mod.ts";
import { queryValue } from "../query/query.ts";
import type { Table } from "../schema/mod.ts";
import type { Source } from "./source.ts";

/** Results that were waited for, which a component that renders again takes up. */
const MOST_PENDING = 50;
const pending = new WeakMap<Source, Map<string, object>>();

/** One live result of a component, kept from one rendering to the next. */
export class Slot<H extends object> {
  #source: Source | undefined;
  #name: string | undefined;
  #handle: H | undefined;

  /** The handle for what `name` stands for; the same as before where source and name are. */
  take(source: Source, name: string, make: () => H): H {
    if (this.#handle && source === this.#source && name === this.#name) return this.#handle;
    this.#source = source;
    this.#name = name;
    // What is waited for under a name is of that kind.
    const waiting = pending.get(source)?.get(name) as H | undefined;
    pending.get(source)?.delete(name);
    return this.#handle = waiting ?? make();
  }
}

/** The slot of a query, which may be a function that is rebuilt when signals change. */
export class QuerySlot<R> {
  readonly #slot = new Slot<LiveQuery<R>>();
  /** Functions are new ones in each rendering; the last one counts. */
  #latest: (() => Query<R>) | undefined;
  #handle: LiveQuery<R> | undefined;
  #source: Source | undefined;

  take(source: Source, query: Query<R> | (() => Query<R>)): LiveQuery<R> {
    if (typeof query !== "function") {
      this.#latest = this.#handle = undefined;
      return this.#slot.take(source, nameOf(query), () => source.live(query));
    }
    this.#latest = query;
    const name = nameOf(untracked(query));
    // It may have followed its signals there already.
    const followed = this.#handle && source === this.#source && liveInfo(this.#handle)?.name;
    if (this.#handle && followed === name) return this.#handle;
    this.#source = source;
    // The function is that of the last rendering.
    return this.#handle = source.live(() => (this.#latest ?? query)());
  }
}

function nameOf(query: unknown): string {
  return `rows ${queryValue(query).hash}`;
}

/** What the live row of a table goes by. */
export function rowSlotName<R, I, K, U>(table: Table<R, I, K, U>, key: unknown): string {
  return rowName(table, key);
}

/**
 * The promise of a live result's first value while it has none. Until then the handle is kept, since what
 * suspends before it was mounted is made anew.
 */
export function waitFor(source: Source, handle: LiveQuery<unknown>): Promise<void> | undefined {
  const info = liveInfo(handle);
  if (info?.status !== "loading") return undefined;
  const known = pending.get(source) ?? new Map<string, object>();
  pending.set(source, known);
  known.set(info.name, handle);
  for (const name of known.keys()) {
    if (known.size <= MOST_PENDING) break;
    known.delete(name); // the oldest
  }
  return handle.ready;
}
