import type { TableDef } from "../../../schema/table.ts";
import type { StoredRow } from "../../../schema/types.ts";
import type { CommitInfo, FoundTable } from "../../../db/driver.ts";
import type { Statement } from "../compile.ts";
import type { Dialect } from "../dialect.ts";
import type { Failure } from "../failure.ts";
import type { Writes } from "../write.ts";
import type { Rows } from "./client.ts";

/** Runs statements of an engine's description: at one state, in order; `gone` as in `AsyncClient.read`. */
export type Run = (
  statements: readonly Statement[],
  gone?: AbortSignal,
) => Promise<readonly Rows[]>;

/** A commit to be remembered. */
export interface CommitEntry extends Omit<CommitInfo, "done"> {
  readonly seq: number;
  /** The tables that it wrote. */
  readonly tables: readonly string[];
  /** Whether changes that no commit explains were found before it. */
  readonly strangers: boolean;
}

/**
 * What Strata keeps in a database beside the tables of its user, as statements: `strata_meta`, a value of
 * the codec by key, and `strata_commits`, the last 10,000 commits.
 */
export interface AsyncLog {
  /** Makes them where they are not there. */
  readonly create: readonly Statement[];
  /** One row whose only cell is true, or not 0, when all of them are there. */
  readonly exists: Statement;
  /** All keys with their encoded values. */
  readonly meta: Statement;
  /** Keeps an encoded value. */
  setMeta(key: string, value: string): Statement;
  /**
   * One row. First the number of the last commit; then, where the engine has them, a value that changes when
   * somebody else commits anything, and values that change when somebody writes anything that does not come
   * through the session. With `lock`, in a transaction that may commit, nobody else gets a number until that
   * ends.
   */
  head(lock: boolean): Statement;
  /**
   * The same where the tables are not there yet: its first cell is null.
   */
  readonly bareHead: Statement;
  /** The commits after a number, in order: seq, id, origin, kind, tables as JSON, strangers as 0 or 1. */
  after(seq: number): Statement;
  /** A row when the commit with this id is remembered. */
  known(id: string): Statement;
  /**
   * Remembers a commit and forgets old ones; the engine refuses the first of them when that number is taken.
   * Whoever listens elsewhere is told by them, too.
   */
  add(entry: CommitEntry): readonly Statement[];
}

/** What differs from one SQL engine to the next, for a session on an asynchronous client. */
export interface AsyncEngine {
  readonly dialect: Dialect;
  readonly writes: Writes;
  readonly log: AsyncLog;
  /** The tables there are, ours and those of strangers, without `strata_*`. */
  describe(run: Run): Promise<FoundTable[]>;
  /**
   * The error of a broken rule of one of some tables, of kind `"constraint"`: what `taken`
   * (`engine/write.ts`) makes for a key or unique value, else a `DataError` with its rule.
   */
  violation(failure: Failure, tables: readonly TableDef[]): unknown;
  /** The rows of all tables that can still be read; see `Driver.recover`. */
  recover(run: Run): AsyncIterable<{ readonly table: string; readonly row: StoredRow }>;
}
