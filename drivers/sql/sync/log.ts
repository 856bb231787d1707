import { encode } from "../../../schema/codec.ts";
import type { CommitInfo } from "../../../db/driver.ts";
import { type LoggedCommit, loggedCommit, metaOf } from "../log.ts";
import {
  addCommit as commitStatements,
  COMMITS_AFTER,
  COUNT_OWN,
  IS_KNOWN,
  LAST_SEQ,
  READ_META,
  WRITE_META,
} from "../sqlite_log.ts";
import type { SyncClient } from "./client.ts";

const NONE: readonly never[] = [];

/** Whether the tables of Strata are there. */
export function hasOwnTables(client: SyncClient): boolean {
  return client.rows(COUNT_OWN, NONE)[0]?.[0] === 2;
}

/** What is kept under each key. */
export function readMeta(client: SyncClient): Map<string, unknown> {
  return metaOf(client.rows(READ_META, NONE));
}

/** Keeps a value under a key. */
export function writeMeta(client: SyncClient, key: string, value: unknown): void {
  client.run(WRITE_META, [key, encode(value)]);
}

/** The number of the last commit; 0 when there is none. */
export function lastSeq(client: SyncClient): number {
  return Number(client.row(LAST_SEQ, NONE)?.[0] ?? 0);
}

/** Whether a commit is remembered. */
export function isKnown(client: SyncClient, id: string): boolean {
  return client.row(IS_KNOWN, [id]) !== undefined;
}

/** The commits after `seq`, in order. */
export function commitsAfter(client: SyncClient, seq: number): LoggedCommit[] {
  return client.rows(COMMITS_AFTER, [seq]).map(loggedCommit);
}

/**
 * Remembers a commit, and in steps forgets those that are long gone. The number of rows written, where
 * it is known.
 */
export function addCommit(
  client: SyncClient,
  seq: number,
  info: Omit<CommitInfo, "done">,
  tables: readonly string[],
  strangers: boolean,
): number | undefined {
  const statements = commitStatements(seq, info, tables, strangers);
  for (const { text, params } of statements) client.run(text, params);
  return statements.length === 1 ? 1 : undefined;
}
