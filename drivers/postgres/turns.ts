import { deferred } from "../../db/deferred.ts";

const all = new WeakMap<object, Turns>();

/** The turns of those who use one connection. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Those of a client, whoever asks. */
  static of(client: object): Turns {
    let turns = all.get(client);
    if (!turns) all.set(client, turns = new Turns());
    return turns;
  }

  /** Waits for a turn; the next one begins when what it resolves with is called. */
  async take(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = deferred<void>();
    this.#last = promise;
    await before;
    return () => resolve(undefined);
  }

  /** Runs something in its turn. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    const done = await this.take();
    try {
      return await fn();
    } finally {
      done();
    }
  }
}
