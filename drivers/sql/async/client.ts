import type { Statement } from "../compile.ts";
import type { Cells } from "../decode.ts";

/** The rows of one statement, as arrays. */
export type Rows = readonly Cells[];

/** How a transaction is used. */
export type TransactionMode =
  /** All its statements see one state, and none of them writes. */
  | "read"
  /**
   * It writes and is always taken back: what a transaction of the user's has written is put in place for as
   * long as somebody looks at it.
   */
  | "hold"
  /** It may commit. What it reads is the last state, and stays so until it ends. */
  | "commit";

/** What a client can, as far as the session does something else for it. */
export interface ClientLimits {
  /**
   * Whether everything goes over one connection, so that nothing else runs while a transaction is open.
   * Then a hold's transaction ends before anybody else uses the client.
   */
  readonly single: boolean;
  /**
   * Whether a statement costs a way to a server and back. Then reads of one tick go together, and a commit
   * that reads nothing is one batch ({@linkcode AsyncClient.write}).
   */
  readonly remote: boolean;
  /**
   * Whether a head (`AsyncLog.head`) tells of the connection that it ran on, so that all heads have to come
   * from the same one. Then everything runs one after the other, which gives transactions and heads the same
   * connection; single statements run also while a transaction is open, on another one.
   */
  readonly tracked: boolean;
  /**
   * Whether a transaction in the mode `"hold"` keeps others from committing, so that it can be committed itself.
   * If not, what a hold has written is done again in a transaction that commits.
   */
  readonly holdCommits: boolean;
  /**
   * For how many milliseconds a transaction that holds writes back stays open while nobody uses it. Who
   * waits longer between two verbs has its writes done again.
   */
  readonly idleMs: number;
  /** How often somebody who listens looks for commits from outside, in milliseconds. */
  readonly pollMs: number;
}

/**
 * An asynchronous client. Whatever goes wrong in any of its members is a `Failure` (`drivers/sql/failure.ts`)
 * whose `kind` says what may be done:
 *
 * - `"busy"`: nothing has happened, and the same may work in a moment: another has a lock, could not be
 *   serialised, or the server ended the transaction. It is tried again for 10 s.
 * - `"lost"`: the connection failed, so the statement may have run or not; a transaction is over.
 * - `"constraint"`, `"other"`: the engine refused the statement; a transaction goes on.
 * - `"closed"`, `"corrupt"`, `"full"`, `"unavailable"`: it is of no use to go on; a transaction is over.
 *
 * Booleans, dates and other values are bound as the dialect's `bind` gives them; cells are read by
 * `drivers/sql/decode.ts`: numbers for whole values up to 2^53 - 1, bytes as `Uint8Array`.
 */
export interface AsyncClient {
  readonly limits: ClientLimits;
  /**
   * Runs statements that only read, at one state; in one round trip where there are trips. When `gone` aborts
   * nobody waits for them any more.
   */
  read(statements: readonly Statement[], gone?: AbortSignal): Promise<readonly Rows[]>;
  /**
   * Runs statements as one transaction that commits, in one round trip; nothing is written when one of them
   * fails. `"lost"` means that nobody knows. Only called where `limits.remote` is set.
   */
  write(statements: readonly Statement[]): Promise<readonly Rows[]>;
  /**
   * Begins a transaction and runs statements in it, in one round trip where that is possible. When it
   * rejects no transaction is open.
   */
  begin(mode: TransactionMode, statements: readonly Statement[]): Promise<Begun>;
  /** Runs one statement of the user's by itself; its rows as the client gives them. */
  objects(statement: Statement): Promise<readonly unknown[]>;
  /** Gives back space, as far as the engine has a way. */
  compact(): Promise<void>;
  /**
   * Calls `notify` soon after others have committed, until what it resolves with is called. Without it the
   * session looks every `limits.pollMs`.
   */
  listen?(notify: () => void): Promise<() => void>;
  /** Brings a copy up to its origin before somebody looks for commits from outside. */
  refresh?(): Promise<void>;
  /** Closes what the driver opened; nothing where the client came in as an argument. */
  close(): Promise<void>;
}

/** A transaction that has begun. */
export interface Begun {
  readonly transaction: AsyncTransaction;
  /** The rows of each statement that was given to `begin`. */
  readonly rows: readonly Rows[];
}

/** An open transaction. Its members are called one after the other. */
export interface AsyncTransaction {
  /**
   * Runs statements in their order as one step, in one round trip where that is possible. When one fails
   * with `"constraint"` or `"other"` none of them has happened, and the transaction goes on: an engine whose
   * transactions don't outlive an error sets a savepoint of its own. `gone` is as in `AsyncClient.read`.
   */
  run(statements: readonly Statement[], gone?: AbortSignal): Promise<readonly Rows[]>;
  /**
   * Runs statements and commits, in one round trip where that is possible. Rejects with `"lost"` when nobody
   * knows whether it has committed, and with any other kind when it has not. It is over either way.
   */
  commit(statements: readonly Statement[]): Promise<readonly Rows[]>;
  /** Takes everything back; harmless once it is over. Never rejects. */
  rollback(): Promise<void>;
}
