import type { Statement } from "../sql/compile.ts";
import { Failure } from "../sql/failure.ts";
import type {
  AsyncClient,
  AsyncTransaction,
  Begun,
  ClientLimits,
  Rows,
  TransactionMode,
} from "../sql/async/client.ts";
import { cellOf, withInfinities } from "./dialect.ts";
import { libsqlFailure } from "./failure.ts";
import type { LibsqlResult, LibsqlShape, LibsqlStatement, LibsqlTransaction } from "./shape.ts";

/** How often others' commits are looked for: in a file, and over the network. */
const POLL_MS = { file: 100, remote: 250 };
/** How long a transaction that holds writes back stays open unused. */
const IDLE_MS = { file: 10, remote: 50 };

const READS = /^(?:SELECT|PRAGMA|EXPLAIN)\b/;

/** What is known of a client. */
export interface LibsqlKind {
  /** Whether its database is on a server. */
  readonly remote: boolean;
  /** Whether it is in memory. */
  readonly memory: boolean;
  /** Whether it is a copy of one that a server has. */
  readonly replica: boolean;
}

/** A client of libSQL for a session. */
export class LibsqlClient implements AsyncClient {
  readonly limits: ClientLimits;
  readonly refresh?: () => Promise<void>;
  readonly #client: LibsqlShape;
  readonly #closed: () => void;
  /** Ends of transactions that nobody waits for. */
  readonly #ending = new Set<Promise<void>>();

  /** `closed` is called when it is of no more use. */
  constructor(client: LibsqlShape, readonly kind: LibsqlKind, closed: () => void) {
    this.#client = client;
    this.#closed = closed;
    const { remote, memory, replica } = kind;
    const place = remote || replica ? "remote" : "file";
    this.limits = {
      // A database in memory, or a copy, has one connection.
      ...{ remote, single: memory || replica, tracked: place === "file", holdCommits: true },
      ...{ idleMs: IDLE_MS[place], pollMs: POLL_MS[place] },
    };
    if (replica) this.refresh = () => guarded(async () => void await client.sync());
  }

  async read(statements: readonly Statement[]): Promise<readonly Rows[]> {
    const [only] = statements;
    return await guarded(async () => {
      if (only && statements.length === 1) {
        return [rowsOf(await this.#client.execute(statementOf(only)))];
      }
      return (await this.#client.batch(statements.map(statementOf), "read")).map(rowsOf);
    });
  }

  async write(statements: readonly Statement[]): Promise<readonly Rows[]> {
    return await guarded(async () =>
      (await this.#client.batch(statements.map(statementOf), "write")).map(rowsOf)
    );
  }

  async begin(mode: TransactionMode, statements: readonly Statement[]): Promise<Begun> {
    const opened = await guarded(() => this.#open(mode));
    const late = (end: Promise<void>) => {
      const done = end.finally(() => this.#ending.delete(done));
      this.#ending.add(done);
    };
    const transaction = new Transaction(opened, mode === "read" ? late : undefined, late);
    try {
      return { transaction, rows: await transaction.run(statements) };
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  async #open(mode: TransactionMode): Promise<LibsqlTransaction> {
    if (mode === "read") return await this.#client.transaction("read");
    if (!this.limits.tracked) return await this.#client.transaction("write");
    // A statement that finds a lock taken keeps what it has read until it is collected, so that its
    // connection finds all later locks taken, too. One that is executed as a text is dropped at once.
    const transaction = await this.#client.transaction("deferred");
    try {
      await transaction.executeMultiple("COMMIT; BEGIN IMMEDIATE");
      return transaction;
    } catch (error) {
      transaction.close();
      throw error;
    }
  }

  /** Runs SQL that gives nothing. */
  async execute(sql: string): Promise<void> {
    await guarded(() => this.#client.executeMultiple(sql));
  }

  async objects({ text, params }: Statement): Promise<readonly unknown[]> {
    return await guarded(async () => {
      const { rows } = await this.#client.execute(statementOf({ text, params }));
      return rows.map((row) => ({ ...row })); // without the cells by number
    });
  }

  async compact(): Promise<void> {
    if (this.limits.remote) return; // the server does that, and lets nobody else
    await guarded(async () => {
      await this.#client.executeMultiple("VACUUM");
      await this.#client.execute({ sql: "PRAGMA wal_checkpoint(TRUNCATE)", args: [] });
    });
  }

  /** Who opened the client closes it. */
  async close(): Promise<void> {
    await Promise.all(this.#ending);
    this.#closed();
  }
}

type Late = (end: Promise<void>) => void;

class Transaction implements AsyncTransaction {
  readonly #transaction: LibsqlTransaction;
  /** Takes an end that nobody has to wait for. */
  readonly #late: Late;
  /** The same for what was only read. */
  readonly #lateRead: Late | undefined;
  #over = false;

  constructor(transaction: LibsqlTransaction, lateRead: Late | undefined, late: Late) {
    this.#transaction = transaction;
    this.#lateRead = lateRead;
    this.#late = late;
  }

  async run(statements: readonly Statement[]): Promise<readonly Rows[]> {
    if (statements.length === 0) return [];
    if (statements.length === 1 || statements.every(({ text }) => READS.test(text))) {
      return await this.#batch(statements.map(statementOf));
    }
    const all = [SAVEPOINT, ...statements.map(statementOf), RELEASE];
    try {
      return (await this.#batch(all)).slice(1, -1);
    } catch (error) {
      // Of a failure that took the transaction with it nothing is left to take back.
      if (!(error instanceof Failure) || !error.fatal) await this.#batch([ROLLBACK_TO, RELEASE]);
      throw error;
    }
  }

  async #batch(statements: LibsqlStatement[]): Promise<readonly Rows[]> {
    return await guarded(async () => (await this.#transaction.batch(statements)).map(rowsOf));
  }

  async commit(statements: readonly Statement[]): Promise<readonly Rows[]> {
    let rows: readonly Rows[];
    try {
      rows = await this.#batch([...statements.map(statementOf), COMMIT]);
    } catch (error) {
      await this.rollback();
      throw error;
    }
    // Nothing is left to take back, but the client keeps a connection for it.
    this.#late(this.#end());
    return rows.slice(0, -1);
  }

  async rollback(): Promise<void> {
    if (this.#over) return;
    if (this.#lateRead) this.#lateRead(this.#end());
    else await this.#end();
  }

  async #end(): Promise<void> {
    this.#over = true;
    try {
      await this.#transaction.rollback();
    } catch {
      // It was over, or the server ends it when it hears no more of it.
    } finally {
      this.#close();
    }
  }

  #close(): void {
    try {
      this.#transaction.close();
    } catch {
      // As above.
    }
  }
}

const plain = (sql: string): LibsqlStatement => ({ sql, args: [] });
const SAVEPOINT = plain("SAVEPOINT strata_step");
const RELEASE = plain("RELEASE strata_step");
const ROLLBACK_TO = plain("ROLLBACK TO strata_step");
const COMMIT = plain("COMMIT");

function statementOf({ text, params }: Statement): LibsqlStatement {
  return withInfinities(text, params);
}

function rowsOf({ rows }: LibsqlResult): Rows {
  return rows.map((row) => {
    const cells: unknown[] = new Array(row.length);
    for (let i = 0; i < row.length; i++) cells[i] = cellOf(row[i]);
    return cells;
  });
}

/** What goes wrong is a `Failure`. */
async function guarded<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw libsqlFailure(error);
  }
}
