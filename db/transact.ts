import { DataError } from "../schema/errors.ts";
import { checkOrigin, observe } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import { Pending, tracked } from "./pending.ts";
import { type Runner, Session } from "./session.ts";
import { Lost, Run } from "./transaction.ts";
import type { OpenOptions, Transaction, TransactionOptions } from "./types.ts";

/** After so many lost runs a transaction reserves the next commit. */
const PATIENCE = 3;
const RETRIES = 20;
const WAIT_MS = 1_000;

type Fn<T> = (tx: Transaction) => Promise<T>;

/** Runs a transaction until it commits, fails, or has run often enough. */
export async function transact<T>(
  core: Core,
  fn: Fn<T>,
  options: TransactionOptions,
  onQuery: OpenOptions["onQuery"],
): Promise<T> {
  const { retries = RETRIES, waitMs = WAIT_MS, signal, origin } = options;
  checkOrigin(origin);
  checkCount("retries", retries);
  checkCount("waitMs", waitMs);
  for (let attempt = 1; attempt <= retries + 1; attempt++) {
    signal?.throwIfAborted();
    const run = new Run(core);
    try {
      if (attempt > PATIENCE && waitMs > 0) await run.hold.reserve(waitMs);
      const value = await level({ run, attempt, signal, onQuery }, fn);
      run.check();
      signal?.throwIfAborted();
      if (!run.wrote) return value;
      return await run.commit((effects) => core.info(options, effects), value);
    } catch (error) {
      if (!isLost(run, error)) throw error;
    } finally {
      run.end(
        new TypeError("Cannot use a transaction as it is open: its function has ended"),
      );
      run.hold.end();
    }
  }
  throw new DataError(
    "conflict",
    `Cannot commit the transaction as others leave what it read alone: ${
      retries + 1
    } runs were lost`,
    { committed: "no" },
  );
}

/** Whatever the function made of it: a run that was lost is to be run again. */
function isLost(run: Run, error: unknown): boolean {
  if (error instanceof Lost) return true;
  try {
    run.check();
    return false;
  } catch (ended) {
    return ended instanceof Lost;
  }
}

function checkCount(name: string, value: number): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`Cannot run a transaction as ${name} is 0 or more: got another value`);
}

/** What the levels of a transaction share. */
interface Shared {
  readonly run: Run;
  readonly attempt: number;
  readonly signal: AbortSignal | undefined;
  readonly onQuery: OpenOptions["onQuery"];
}

/** The function of a transaction, or of one inside it: `outer` throws when that has ended. */
async function level<T>(shared: Shared, fn: Fn<T>, outer?: () => void): Promise<T> {
  const { run, attempt, signal, onQuery } = shared;
  const pending = new Set<Pending<unknown>>();
  let rolledBack: { readonly reason: unknown } | undefined;
  let ended = false;
  /** Whether one inside it is open: what is written now would be taken back with that. */
  let inside = false;
  const alive = () => {
    if (ended) {
      throw new TypeError("Cannot use a transaction as it is open: its function has ended");
    }
    outer?.();
    signal?.throwIfAborted();
    run.check();
  };
  const check = () => {
    alive();
    if (!inside) return;
    throw new TypeError(
      "Cannot use a transaction as the one inside it has ended: that is still open",
    );
  };
  const track = <V>(promise: Promise<V>): Promise<V> => {
    const kept = new Pending(promise);
    pending.add(kept);
    return kept;
  };
  const runner: Runner = {
    core: run.core,
    check,
    read: (request, options) => (check(), run.read(request, options)),
    write: (make, options) => (check(), run.write(make, options)),
  };
  const session = new Session(runner);
  if (onQuery) observe(session, onQuery, run.core.source);
  async function nest<V>(inner: Fn<V>): Promise<V> {
    check();
    inside = true;
    try {
      return await nested(shared, inner, alive);
    } finally {
      inside = false;
    }
  }
  const tx: Transaction = Object.assign(tracked(session, track), {
    attempt,
    rollback(
      reason: unknown = new Error(
        "Cannot finish the transaction as it was rolled back: no reason was given",
      ),
    ): never {
      rolledBack = { reason };
      throw reason;
    },
    transaction: <V>(inner: Fn<V>): Promise<V> => track(nest(inner)),
  });
  try {
    const value = await fn(tx);
    if (rolledBack) throw rolledBack.reason;
    if (inside || [...pending].some(({ awaited }) => !awaited)) {
      throw new TypeError(
        "Cannot end a transaction as all of its promises are awaited: one was not",
      );
    }
    return value;
  } catch (error) {
    throw rolledBack ? rolledBack.reason : error;
  } finally {
    ended = true;
    await run.idle();
  }
}

/** A transaction inside another: what it throws takes its own writes back. */
async function nested<T>(shared: Shared, fn: Fn<T>, outer: () => void): Promise<T> {
  const { run } = shared;
  await run.idle();
  const { mark } = run;
  try {
    return await level(shared, fn, outer);
  } catch (error) {
    if (!isLost(run, error)) await run.undo(mark);
    throw error;
  }
}
