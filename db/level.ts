import { observe, type WriteOptions } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Answers, Maybe, Read, Work } from "./driver.ts";
import { transactionHandle } from "./handle.ts";
import { Pending, type Waits } from "./pending.ts";
import { type Runner, Session } from "./session.ts";
import { isLost, over, type Run } from "./transaction.ts";
import type { OpenOptions, ReadOptions, Transaction } from "./types.ts";

/** What the levels of a transaction share. */
export interface Shared {
  readonly run: Run;
  readonly attempt: number;
  readonly signal: AbortSignal | undefined;
  readonly onQuery: OpenOptions["onQuery"];
}

/** The function of a transaction while it runs, or of one inside it. */
export class Level implements Runner, Waits {
  readonly shared: Shared;
  unawaited = 0;
  readonly #outer: Level | undefined;
  #rolledBack: { readonly reason: unknown } | undefined;
  #ended = false;
  /** Whether one inside it is open: what is written now would be taken back with that. */
  #inside = false;

  constructor(shared: Shared, outer: Level | undefined) {
    this.shared = shared;
    this.#outer = outer;
  }

  get core(): Core {
    return this.shared.run.core;
  }
  #alive(): void {
    if (this.#ended) throw over();
    if (this.#outer) this.#outer.#alive();
    this.shared.signal?.throwIfAborted();
    this.shared.run.check();
  }
  check(): void {
    this.#alive();
    if (!this.#inside) return;
    throw new TypeError(
      "Cannot use a transaction as the one inside it has ended: that is still open",
    );
  }
  read<R extends Read>(request: R, options: ReadOptions | undefined): Maybe<Answers[R["ask"]]> {
    this.check();
    return this.shared.run.read(request, options);
  }
  write<T>(make: () => Work<T>, options: WriteOptions | undefined): Maybe<T> {
    this.check();
    return this.shared.run.write(make, options);
  }

  /** The promise of a verb, which has to be awaited before the function ends. */
  track<T>(promise: Promise<T>): Promise<T> {
    return new Pending(promise, this);
  }
  rollBack(reason: unknown): never {
    this.#rolledBack = { reason };
    throw reason;
  }

  /** Runs the function, to the end of all that it began. */
  async run<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    const { run, onQuery } = this.shared;
    const session = new Session(this);
    if (onQuery) observe(session, onQuery, run.core.source);
    try {
      const value = await fn(transactionHandle(this, session));
      if (this.#rolledBack) throw this.#rolledBack.reason;
      if (this.#inside || this.unawaited > 0) {
        throw new TypeError(
          "Cannot end a transaction as all of its promises are awaited: one was not",
        );
      }
      return value;
    } catch (error) {
      throw this.#rolledBack ? this.#rolledBack.reason : error;
    } finally {
      this.#ended = true;
      if (run.busy) await run.idle();
    }
  }

  /** Runs a transaction inside this one: what it throws takes its own writes back. */
  async nest<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    this.check();
    const { run } = this.shared;
    this.#inside = true;
    try {
      await run.idle();
      const { mark } = run;
      try {
        return await new Level(this.shared, this).run(fn);
      } catch (error) {
        if (!isLost(run, error)) await run.undo(mark);
        throw error;
      }
    } finally {
      this.#inside = false;
    }
  }
}
