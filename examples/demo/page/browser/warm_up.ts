/**
 * @module
 */
import type { Database } from "@strata/data";
import { type Filters, NO_FILTERS } from "../filters.ts";
import { citiesOf } from "../queries.ts";

/** One of each kind, so that every index is asked for once. */
const KINDS: readonly Partial<Filters>[] = [{ search: "a" }, { country: "FR" }, {
  sort: "latitude",
}];

/**
 * Has the indexes built while the visitor looks at the page. They are built when they are first used, which would
 * be while somebody types.
 */
export async function warmUp(db: Database): Promise<void> {
  for (const kind of KINDS) {
    await idle();
    await db.first(citiesOf({ ...NO_FILTERS, ...kind }));
  }
}

function idle(): Promise<unknown> {
  const { requestIdleCallback = setTimeout } = globalThis; // Safari has none
  return new Promise((resolve) => requestIdleCallback(resolve));
}
