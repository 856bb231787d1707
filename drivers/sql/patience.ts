import type { Maybe } from "../../db/driver.ts";
import { dataError, Failure } from "./failure.ts";

/** So long an operation waits for a lock in all. */
export const PATIENCE_MS = 10_000;
/** The longest wait between two attempts; SQLite itself waits as long in each. */
const LONGEST_MS = 50;

/** The wait before the `n`th further attempt, from 1: longer each time, and never in step. */
export function pauseMs(n: number): number {
  return Math.min(LONGEST_MS, 2 ** n) * (0.5 + Math.random() / 2);
}

/** Whether something failed for a lock that another has. */
export function isBusy(error: unknown): boolean {
  return error instanceof Failure && error.kind === "busy";
}

/** Runs what may find the database locked; then again later. Failures come as errors for users. */
export function patiently<T>(attempt: () => T): Maybe<T> {
  try {
    return attempt();
  } catch (error) {
    if (!isBusy(error)) throw dataError(error);
  }
  return again(attempt);
}

async function again<T>(attempt: () => T): Promise<T> {
  const start = performance.now();
  for (let n = 1;; n++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs(n)));
    try {
      return attempt();
    } catch (error) {
      if (!isBusy(error)) throw dataError(error);
      if (performance.now() - start > PATIENCE_MS) throw dataError(error, "no");
    }
  }
}

/** The same for what has to wait anyway; `signal` gives up between two attempts. */
export async function retrying<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const start = performance.now();
  for (let n = 1;; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() - start > PATIENCE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs(n)));
    signal?.throwIfAborted();
  }
}
