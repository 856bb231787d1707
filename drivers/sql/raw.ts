import type { Maybe } from "../../db/driver.ts";

/** Runs SQL with values for its parameters, and gives rows as the client does. */
export type RawSql = (text: string, params: readonly unknown[]) => Maybe<readonly unknown[]>;

const byRunner = new WeakMap<object, RawSql>();

/** Says how SQL runs on a session. */
export function registerRaw(session: object, raw: RawSql): void {
  byRunner.set(session, raw);
}

/** How SQL runs on a session; undefined when it can't. */
export function rawOf(session: object): RawSql | undefined {
  return byRunner.get(session);
}
