import type { Maybe } from "../../db/driver.ts";

/** Runs SQL with values for its parameters, and gives rows as the client does. */
export type RawSql = (text: string, params: readonly unknown[]) => Maybe<readonly unknown[]>;

/** How a boolean or date of the user's is bound. */
export type BindRaw = (value: boolean | Date) => unknown;

const binds = new WeakMap<object, BindRaw>();

/** Says how booleans and dates are bound on a session, where not as numbers. */
export function registerBind(session: object, bind: BindRaw): void {
  binds.set(session, bind);
}

/** How booleans and dates are bound on a session: as numbers where nothing else was said. */
export function bindOf(session: object): BindRaw {
  return binds.get(session) ?? Number;
}

const byRunner = new WeakMap<object, RawSql>();

/** Says how SQL runs on a session. */
export function registerRaw(session: object, raw: RawSql): void {
  byRunner.set(session, raw);
}

/** How SQL runs on a session; undefined when it can't. */
export function rawOf(session: object): RawSql | undefined {
  return byRunner.get(session);
}
