import type { AsyncVerbs } from "./types.ts";

/**
 * A promise that knows whether anybody has asked for what comes of it: a transaction must not end while
 * a verb is on its own. A promise itself can't tell, as `await` takes it without asking.
 */
export class Pending<T> implements Promise<T> {
  readonly #promise: Promise<T>;
  awaited = false;

  constructor(promise: Promise<T>) {
    this.#promise = promise;
    promise.catch(() => {}); // one that nobody awaits is told by the transaction
  }
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.awaited = true;
    return this.#promise.then(fulfilled, rejected);
  }
  catch<B = never>(
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<T | B> {
    return this.then(undefined, rejected);
  }
  finally(settled?: (() => void) | null): Promise<T> {
    this.awaited = true;
    return this.#promise.finally(settled);
  }
  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}

const VERBS = [
  ...["get", "getMany", "all", "first", "count", "has", "getValue", "explain", "insert"] as const,
  ...["upsert", "replace", "update", "updateAll", "delete", "deleteAll", "claim"] as const,
  "setValue" as const,
];

type Verb = (...args: unknown[]) => Promise<unknown>;

/** The verbs of a session; they are methods, as a transaction makes one of these. */
class Tracked {
  readonly #session: AsyncVerbs;
  readonly #track: <T>(promise: Promise<T>) => Promise<T>;
  constructor(session: AsyncVerbs, track: <T>(promise: Promise<T>) => Promise<T>) {
    this.#session = session;
    this.#track = track;
  }
  iterate(...args: Parameters<AsyncVerbs["iterate"]>): AsyncIterable<unknown> {
    return this.#session.iterate(...args);
  }
  static {
    for (const verb of VERBS) {
      const value = function (this: Tracked, ...args: unknown[]): Promise<unknown> {
        // The verbs take and give different things, which are passed on as they are.
        const run = this.#session[verb] as Verb;
        return this.#track(run.apply(this.#session, args));
      };
      Object.defineProperty(this.prototype, verb, { value, writable: true, configurable: true });
    }
  }
}

/** The verbs of a session with each promise passed through `track`. */
export function tracked(
  session: AsyncVerbs,
  track: <T>(promise: Promise<T>) => Promise<T>,
): AsyncVerbs {
  return new Tracked(session, track) as unknown as AsyncVerbs; // each verb is there
}
