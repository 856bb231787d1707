import type { CommitInfo, Committed, DriverSession, MakeWork } from "./driver.ts";

/** Makes a commit without waiting for anything; undefined where it has to wait, and nothing was done. */
export type CommitAtOnce = <T>(info: CommitInfo, make: MakeWork<T>) => Committed<T> | undefined;

const SESSIONS = new WeakMap<object, CommitAtOnce>();

/**
 * Says that a session can make commits at once, past the promises of `Hold.commit`, which cost more than the commit
 * itself where rows are in memory. It fails as the core has it: with a `DataError`, or what the work throws.
 */
export function registerAtOnce(session: object, commit: CommitAtOnce): void {
  SESSIONS.set(session, commit);
}

/** Makes a commit at once where its session can do that, and nothing otherwise. */
export function commitAtOnce<T>(
  session: DriverSession,
  info: CommitInfo,
  make: MakeWork<T>,
): Committed<T> | undefined {
  return SESSIONS.get(session)?.(info, make);
}
