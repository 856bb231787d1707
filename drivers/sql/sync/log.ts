import { decode, encode } from "../../../schema/codec.ts";
import type { CommitInfo } from "../../../db/driver.ts";
import type { SyncClient } from "./client.ts";

const NONE: readonly never[] = [];
/** So many commits are remembered at least. */
const KEPT = 10_000;
/** Those before are dropped once in so many commits. */
const STEP = 500;

/** What Strata keeps in a database beside the tables of its user. */
export const OWN_TABLES: readonly string[] = [
  "CREATE TABLE IF NOT EXISTS strata_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT",
  // `tables` is a list of names as JSON. `strangers` is 1 where the writer found, at its own commit or
  // before it, changes that no row of this table explains.
  "CREATE TABLE IF NOT EXISTS strata_commits (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, " +
  "time INTEGER NOT NULL, origin TEXT, kind TEXT NOT NULL, tables TEXT NOT NULL, " +
  "strangers INTEGER NOT NULL) STRICT",
];

/** A commit as it is remembered. */
export interface LoggedCommit {
  readonly seq: number;
  readonly id: string;
  readonly origin: string | undefined;
  readonly kind: string;
  /** Undefined where strangers wrote too. */
  readonly tables: readonly string[] | undefined;
}

/** Whether the tables of Strata are there. */
export function hasOwnTables(client: SyncClient): boolean {
  const [cells] = client.rows(
    "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name IN ('strata_meta', 'strata_commits')",
    NONE,
  );
  return cells?.[0] === 2;
}

/** What is kept under each key. */
export function readMeta(client: SyncClient): Map<string, unknown> {
  const cells = client.rows("SELECT key, value FROM strata_meta", NONE);
  return new Map(cells.map(([key, value]) => [String(key), decode(String(value))]));
}

/** Keeps a value under a key. */
export function writeMeta(client: SyncClient, key: string, value: unknown): void {
  const text = "INSERT OR REPLACE INTO strata_meta (key, value) VALUES (?, ?)";
  client.run(text, [key, encode(value)]);
}

/** The number of the last commit; 0 when there is none. */
export function lastSeq(client: SyncClient): number {
  return Number(client.row("SELECT max(seq) FROM strata_commits", NONE)?.[0] ?? 0);
}

/** Whether a commit is remembered; the latest are found first. */
export function isKnown(client: SyncClient, id: string): boolean {
  const text = "SELECT 1 FROM strata_commits WHERE id = ? ORDER BY seq DESC LIMIT 1";
  return client.row(text, [id]) !== undefined;
}

/** The commits after `seq`, in order. */
export function commitsAfter(client: SyncClient, seq: number): LoggedCommit[] {
  const text = "SELECT seq, id, origin, kind, tables, strangers FROM strata_commits " +
    "WHERE seq > ? ORDER BY seq";
  return client.rows(text, [seq]).map(([at, id, origin, kind, tables, strangers]) => ({
    seq: Number(at),
    id: String(id),
    origin: origin === null ? undefined : String(origin),
    kind: String(kind),
    tables: Number(strangers) === 0 ? namesOf(tables) : undefined,
  }));
}

function namesOf(tables: unknown): string[] | undefined {
  const names = decode(String(tables));
  return Array.isArray(names) ? names.map(String) : undefined;
}

/**
 * Remembers a commit, and in steps forgets those that are long gone. The number of rows written, where
 * it is known.
 */
export function addCommit(
  client: SyncClient,
  seq: number,
  { id, time, origin, kind }: Omit<CommitInfo, "done">,
  tables: Iterable<string>,
  strangers: boolean,
): number | undefined {
  client.run("INSERT INTO strata_commits VALUES (?, ?, ?, ?, ?, ?, ?)", [
    ...[seq, id, time, origin ?? null, kind],
    ...[JSON.stringify([...tables]), strangers ? 1 : 0],
  ]);
  if (seq % STEP !== 0 || seq <= KEPT) return 1;
  client.run("DELETE FROM strata_commits WHERE seq <= ?", [seq - KEPT]);
  return undefined;
}
