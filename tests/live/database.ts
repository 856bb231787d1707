/**
 * Live queries on databases: what every driver keeps, whether its results are maintained or asked for.
 *
 * @module
 */
import { testLiveCommits } from "./database_commits.ts";
import { testLiveResults } from "./database_results.ts";
import type { LiveKind, LiveRun, OpenLive } from "./database_support.ts";

export { testHydration } from "./database_hydration.ts";
export { testRandomLive } from "./database_random.ts";
export { testSharedLive } from "./database_shared.ts";
export { turn } from "./database_support.ts";

/** A suite that every driver passes. */
export function testDatabaseLive(
  name: string,
  open: OpenLive,
  kind: LiveKind,
  run: LiveRun = {},
): void {
  testLiveResults(name, open, kind, run);
  testLiveCommits(name, open, kind, run);
}
