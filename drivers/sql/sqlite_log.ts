import type { CommitInfo } from "../../db/driver.ts";
import type { Statement } from "./compile.ts";
import { KEPT, STEP } from "./log.ts";

/** What Strata keeps in a database of SQLite beside the tables of its user. */
export const OWN_TABLES: readonly string[] = [
  "CREATE TABLE IF NOT EXISTS strata_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
  // `tables` is a list of names as JSON. `strangers` is 1 where the writer found, at its own commit or
  // before it, changes that no row of this table explains.
  "CREATE TABLE IF NOT EXISTS strata_commits (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, " +
  "time INTEGER NOT NULL, origin TEXT, kind TEXT NOT NULL, tables TEXT NOT NULL, " +
  "strangers INTEGER NOT NULL) STRICT",
];

/** Gives 2 where the tables of Strata are there. */
export const COUNT_OWN =
  "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name IN ('strata_meta', 'strata_commits')";
/** Gives each key with its encoded value. */
export const READ_META = "SELECT key, value FROM strata_meta";
/** Keeps an encoded value under a key. */
export const WRITE_META = "INSERT OR REPLACE INTO strata_meta (key, value) VALUES (?, ?)";
/** Gives the number of the last commit; null when there is none. */
export const LAST_SEQ = "SELECT max(seq) FROM strata_commits";
/** Gives a row when a commit is remembered; the latest are found first. */
export const IS_KNOWN = "SELECT 1 FROM strata_commits WHERE id = ? ORDER BY seq DESC LIMIT 1";
/** Gives the commits after a number as `loggedCommit` reads them, in order. */
export const COMMITS_AFTER =
  "SELECT seq, id, origin, kind, tables, strangers FROM strata_commits WHERE seq > ? ORDER BY seq";

/**
 * The statements that remember a commit, and in steps forget those that are long gone; the first fails when
 * its number is taken.
 */
export function addCommit(
  seq: number,
  { id, time, origin, kind }: Omit<CommitInfo, "done">,
  tables: readonly string[],
  strangers: boolean,
): readonly Statement[] {
  const add = {
    text: "INSERT INTO strata_commits VALUES (?, ?, ?, ?, ?, ?, ?)",
    // deno-fmt-ignore -- a cell of each column
    params: [seq, id, time, origin ?? null, kind, JSON.stringify(tables), strangers ? 1 : 0],
  };
  if (seq % STEP !== 0 || seq <= KEPT) return [add];
  return [add, { text: "DELETE FROM strata_commits WHERE seq <= ?", params: [seq - KEPT] }];
}
