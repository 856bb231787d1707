import type { Maybe } from "./driver.ts";
import type { AsyncVerbs } from "./types.ts";
import type { Verbs } from "./verbs.ts";

/** The verbs that give a promise. */
export const VERBS = [
  ...["get", "getMany", "all", "first", "count", "has", "getValue", "explain", "insert"] as const,
  ...["upsert", "replace", "update", "updateAll", "delete", "deleteAll", "claim"] as const,
  "setValue" as const,
];

/** A verb, which takes and gives what it wants. */
export type Verb = (...args: unknown[]) => Maybe<unknown>;

/** Verbs each of which gives a promise; whatever is wrong is a rejection. */
class Session {
  readonly #verbs: Verbs;
  constructor(verbs: Verbs) {
    this.#verbs = verbs;
  }
  iterate(...args: Parameters<AsyncVerbs["iterate"]>): AsyncIterable<unknown> {
    return this.#verbs.iterate(...args);
  }
  static {
    for (const verb of VERBS) {
      const value = function (this: Session, ...args: unknown[]): Promise<unknown> {
        const run = this.#verbs[verb] as Verb; // what it takes and gives is passed on as it is
        try {
          const result = run.apply(this.#verbs, args);
          return result instanceof Promise ? result : Promise.resolve(result);
        } catch (error) {
          return Promise.reject(error);
        }
      };
      Object.defineProperty(this.prototype, verb, { value, writable: true, configurable: true });
    }
  }
}

/** The verbs as users get them. */
export function promised(verbs: Verbs): AsyncVerbs {
  return new Session(verbs) as unknown as AsyncVerbs; // each verb is there
}
