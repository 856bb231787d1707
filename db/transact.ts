import { DataError } from "../schema/errors.ts";
import { checkOrigin } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import { Level } from "./level.ts";
import { isLost, over, Run } from "./transaction.ts";
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
    const level = new Level({ run, attempt, signal, onQuery }, undefined);
    try {
      if (attempt > PATIENCE && waitMs > 0) await run.hold.reserve(waitMs);
      const value = await fn(level.begin());
      level.checkEnd();
      const ending = level.end();
      if (ending) await ending;
      run.check();
      signal?.throwIfAborted();
      const committed = run.wrote ? run.commit(options) : undefined;
      if (committed instanceof Promise) await committed;
      return value;
    } catch (thrown) {
      const ending = level.end();
      if (ending) await ending;
      const error = level.reason(thrown);
      if (!isLost(run, error)) throw error;
    } finally {
      run.end(over);
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

function checkCount(name: string, value: number): void {
  if (typeof value === "number" && value >= 0) return;
  throw new RangeError(`Cannot run a transaction as ${name} is 0 or more: got another value`);
}
