import type { Database } from "../db/mod.ts";
import { isDatabase } from "../db/session_of.ts";
import { hasEngine } from "../engine/mod.ts";
import type { Store } from "../store/mod.ts";

/** What components read from. */
export type Source = Store | Database;

/** The source of a component: its own, else that of the Provider around it. @throws {TypeError} */
export function sourceOf(own: Source | undefined, provided: Source | undefined): Source {
  const source = own ?? provided;
  if (hasEngine(source) || isDatabase(source)) return source;
  const state = source === undefined ? "there is no Provider around it" : "got something else";
  throw new TypeError(
    `Cannot use a live result in a component as it has a store or a database: ${state}`,
  );
}
