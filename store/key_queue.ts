import type { MapKey } from "../schema/key.ts";

/** A key in its queue. */
export interface Queued {
  readonly key: MapKey;
  /** When it came, in milliseconds. */
  readonly time: number;
  next: Queued | undefined;
  previous: Queued | undefined;
}

/**
 * Keys in the order in which they came last. A list of its own, since walking a Map from the
 * front passes over all that was deleted there.
 */
export class KeyQueue {
  readonly #byKey = new Map<MapKey, Queued>();
  #last: Queued | undefined;
  /** The one that came first. */
  first: Queued | undefined;

  has(key: MapKey): boolean {
    return this.#byKey.has(key);
  }
  /** Puts a key at the end, also one that is there. */
  push(key: MapKey, time: number): void {
    this.delete(key);
    const queued: Queued = { key, time, next: undefined, previous: this.#last };
    if (this.#last) this.#last.next = queued;
    else this.first = queued;
    this.#last = queued;
    this.#byKey.set(key, queued);
  }
  delete(key: MapKey): void {
    const queued = this.#byKey.get(key);
    if (!queued) return;
    const { next, previous } = queued;
    if (previous) previous.next = next;
    else this.first = next;
    if (next) next.previous = previous;
    else this.#last = previous;
    this.#byKey.delete(key);
  }
}
