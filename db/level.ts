import { observe, type WriteOptions } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Answers, Maybe, Read, Work } from "./driver.ts";
import { transactionHandle } from "./handle.ts";
import type { Waits } from "./pending.ts";
import { isLost, over, type Run } from "./transaction.ts";
import type { OpenOptions, ReadOptions, Transaction } from "./types.ts";
import { type Runner, Verbs } from "./verbs.ts";

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

  rollBack(reason: unknown): never {
    this.#rolledBack = { reason };
    throw reason;
  }

  /** What the function gets. */
  begin(): Transaction {
    const { run, onQuery } = this.shared;
    const verbs = new Verbs(this);
    if (onQuery) observe(verbs, onQuery, run.core.source);
    return transactionHandle(this, verbs);
  }
  /** Called when the function has returned: whether it may. */
  checkEnd(): void {
    if (this.#rolledBack) throw this.#rolledBack.reason;
    if (this.#inside || this.unawaited > 0) {
      throw new TypeError(
        "Cannot end a transaction as all of its promises are awaited: one was not",
      );
    }
  }
  /** Why the transaction ends, if its function or {@linkcode checkEnd} has thrown an error. */
  reason(error: unknown): unknown {
    return this.#rolledBack ? this.#rolledBack.reason : error;
  }
  /** Ends it; what it began may still run. */
  end(): Maybe<void> {
    this.#ended = true;
    const { run } = this.shared;
    if (run.busy) return run.idle();
  }

  /** Runs a transaction inside this one: what it throws takes its own writes back. */
  async nest<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    this.check();
    const { run } = this.shared;
    this.#inside = true;
    try {
      await run.idle();
      const { mark } = run;
      const level = new Level(this.shared, this);
      try {
        return await level.#run(fn);
      } catch (error) {
        if (!isLost(run, error)) await run.undo(mark);
        throw error;
      }
    } finally {
      this.#inside = false;
    }
  }
  async #run<T>(fn: (tx: Transaction) => Promise<T>): Promise<T> {
    try {
      const value = await fn(this.begin());
      this.checkEnd();
      return value;
    } catch (error) {
      throw this.reason(error);
    } finally {
      await this.end();
    }
  }
}
