import type { Level } from "./level.ts";
import type { AsyncVerbs, Transaction } from "./types.ts";

const VERBS = [
  ...["get", "getMany", "all", "first", "count", "has", "getValue", "explain", "insert"] as const,
  ...["upsert", "replace", "update", "updateAll", "delete", "deleteAll", "claim"] as const,
  "setValue" as const,
];

type Verb = (...args: unknown[]) => Promise<unknown>;

/** What the function of a transaction gets. The verbs are methods, as each run makes one of these. */
class Handle {
  readonly attempt: number;
  readonly #level: Level;
  readonly #session: AsyncVerbs;

  constructor(level: Level, session: AsyncVerbs) {
    this.attempt = level.shared.attempt;
    this.#level = level;
    this.#session = session;
  }
  iterate(...args: Parameters<AsyncVerbs["iterate"]>): AsyncIterable<unknown> {
    return this.#session.iterate(...args);
  }
  rollback(
    reason: unknown = new Error(
      "Cannot finish the transaction as it was rolled back: no reason was given",
    ),
  ): never {
    return this.#level.rollBack(reason);
  }
  transaction<V>(fn: (tx: Transaction) => Promise<V>): Promise<V> {
    return this.#level.track(this.#level.nest(fn));
  }
  static {
    for (const verb of VERBS) {
      const value = function (this: Handle, ...args: unknown[]): Promise<unknown> {
        // The verbs take and give different things, which are passed on as they are.
        const run = this.#session[verb] as Verb;
        return this.#level.track(run.apply(this.#session, args));
      };
      Object.defineProperty(this.prototype, verb, { value, writable: true, configurable: true });
    }
  }
}

/** A transaction as its function sees it: the verbs of a session, each promise of which is tracked. */
export function transactionHandle(level: Level, session: AsyncVerbs): Transaction {
  return new Handle(level, session) as unknown as Transaction; // each verb is there
}
