import type { Maybe } from "./driver.ts";
import type { Level } from "./level.ts";
import { Pending } from "./pending.ts";
import { type Verb, VERBS } from "./session.ts";
import type { AsyncVerbs, Transaction } from "./types.ts";
import type { Verbs } from "./verbs.ts";

/** What the function of a transaction gets. The verbs are methods, as each run makes one of these. */
class Handle {
  readonly attempt: number;
  readonly #level: Level;
  readonly #verbs: Verbs;

  constructor(level: Level, verbs: Verbs) {
    this.attempt = level.shared.attempt;
    this.#level = level;
    this.#verbs = verbs;
  }
  iterate(...args: Parameters<AsyncVerbs["iterate"]>): AsyncIterable<unknown> {
    return this.#verbs.iterate(...args);
  }
  rollback(
    reason: unknown = new Error(
      "Cannot finish the transaction as it was rolled back: no reason was given",
    ),
  ): never {
    return this.#level.rollBack(reason);
  }
  transaction<V>(fn: (tx: Transaction) => Promise<V>): Promise<V> {
    return new Pending(this.#level.nest(fn), this.#level);
  }
  static {
    for (const verb of VERBS) {
      const value = function (this: Handle, ...args: unknown[]): Promise<unknown> {
        const run = this.#verbs[verb] as Verb; // what it takes and gives is passed on as it is
        let result: Maybe<unknown>;
        try {
          result = run.apply(this.#verbs, args);
        } catch (error) {
          result = Promise.reject(error);
        }
        return new Pending(result, this.#level);
      };
      Object.defineProperty(this.prototype, verb, { value, writable: true, configurable: true });
    }
  }
}

/** A transaction as its function sees it: the verbs, each promise of which has to be awaited. */
export function transactionHandle(level: Level, verbs: Verbs): Transaction {
  return new Handle(level, verbs) as unknown as Transaction; // each verb is there
}
