import { Failure } from "../sql/failure.ts";
import type {
  AsyncClient,
  AsyncTransaction,
  Begun,
  ClientLimits,
  Rows,
  TransactionMode,
} from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";
import { LOCK_LAYOUT, OWN } from "../sql/postgres_log.ts";
import { quote } from "../sql/postgres.ts";
import { lostFailure } from "./failure.ts";
import { listening } from "./listening.ts";
import { isSafe } from "./safe.ts";
import type { Link, Shape } from "./shape.ts";

/** A transaction that holds writes back keeps others from rows, so it does not wait long. */
const IDLE_MS = 20;
const POLL_MS = 100;
const SNAPSHOT = "ISOLATION LEVEL REPEATABLE READ";
const STEP = "strata_step";

const TABLES = "SELECT c.relname FROM pg_catalog.pg_class c WHERE c.relkind = 'r' " +
  "AND c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = current_schema()) " +
  "AND pg_catalog.pg_has_role(c.relowner, 'USAGE')";

/**
 * Waits for requests that went out together. Of what went wrong the loss of the connection counts, since nobody
 * knows then what was done; else the first one does, for which the others were refused.
 */
async function together<T>(requests: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(requests);
  const reasons = settled.flatMap((item) => item.status === "rejected" ? [item.reason] : []);
  if (reasons.length > 0) throw reasons.find(isLost) ?? reasons[0];
  return settled.flatMap((item) => item.status === "fulfilled" ? [item.value] : []);
}

function isLost(error: unknown): boolean {
  return error instanceof Failure && error.kind === "lost";
}

/** What was sent last has no rows that anybody wants. */
async function rowsOf(
  before: Promise<void> | undefined,
  statements: readonly Promise<Rows>[],
  after?: Promise<void>,
): Promise<Rows[]> {
  const none = (done: Promise<void> | undefined) => done ? [done.then((): Rows => [])] : [];
  const all = await together([...none(before), ...statements, ...none(after)]);
  return before ? all.slice(1, statements.length + 1) : all.slice(0, statements.length);
}

/** An open transaction; requests of one step go out together. */
class Transaction implements AsyncTransaction {
  readonly #link: Link;
  #over = false;
  constructor(link: Link) {
    this.#link = link;
  }

  async run(statements: readonly Statement[]): Promise<readonly Rows[]> {
    if (this.#over) throw lostFailure();
    if (statements.length === 0) return [];
    const link = this.#link;
    if (statements.every(({ text }) => isSafe(text))) {
      try {
        return await together(statements.map((statement) => link.query(statement)));
      } catch (error) {
        if (!(error instanceof Failure) || error.fatal) throw error;
        // The transaction has ended with it, as it has no savepoint.
        throw new Failure(error.cause, "unavailable");
      }
    }
    try {
      return await rowsOf(
        link.script(`SAVEPOINT ${STEP}`),
        statements.map((statement) => link.query(statement)),
        link.script(`RELEASE SAVEPOINT ${STEP}`),
      );
    } catch (error) {
      if (error instanceof Failure && !error.fatal) {
        await link.script(`ROLLBACK TO SAVEPOINT ${STEP}; RELEASE SAVEPOINT ${STEP}`);
      }
      throw error;
    }
  }

  async commit(statements: readonly Statement[]): Promise<readonly Rows[]> {
    if (this.#over) throw lostFailure();
    this.#over = true;
    const link = this.#link;
    try {
      const sent = statements.map((statement) => link.query(statement));
      return await rowsOf(undefined, sent, link.end(true));
    } finally {
      link.release();
    }
  }

  async rollback(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      await this.#link.end(false);
    } catch {
      // Then the connection is gone, and the transaction with it.
    } finally {
      this.#link.release();
    }
  }
}

/** PostgreSQL as an asynchronous session uses it. */
export class PostgresClient implements AsyncClient {
  readonly limits: ClientLimits;
  readonly #shape: Shape;
  readonly #strict: boolean;
  /** What begins or ends to listen. */
  readonly #listening: Set<Promise<unknown>> = new Set();

  /** `strict` where what the server is set to is not enough. */
  constructor(shape: Shape, strict: boolean) {
    this.#shape = shape;
    this.#strict = strict;
    this.limits = {
      ...{ single: shape.size === 1, remote: true, tracked: false, holdCommits: false },
      ...{ idleMs: IDLE_MS, pollMs: POLL_MS },
    };
  }

  async read(statements: readonly Statement[]): Promise<readonly Rows[]> {
    return await this.#again(async () => {
      const [only] = statements;
      if (only && statements.length === 1) return [await this.#shape.query(only)];
      return await this.#batch(`${SNAPSHOT} READ ONLY`, "", statements);
    });
  }

  /**
   * Runs what has no effect before it is done. The connections of a pool may all have been ended by the server, and
   * the client finds out of each when it is used.
   */
  async #again<T>(fn: () => Promise<T>): Promise<T> {
    for (let n = 0;; n++) {
      try {
        return await fn();
      } catch (error) {
        if (!isLost(error) || n >= this.#shape.size) throw error;
      }
    }
  }

  write(statements: readonly Statement[]): Promise<readonly Rows[]> {
    return this.#batch("", this.#writing(), statements);
  }

  /** What belongs to a transaction that writes. */
  #writing(): string {
    return this.#strict ? `${OWN}; SET LOCAL synchronous_commit = 'on'` : OWN;
  }

  async #batch(
    characteristics: string,
    script: string,
    statements: readonly Statement[],
  ): Promise<readonly Rows[]> {
    const link = await this.#shape.link();
    try {
      const begun = link.begin(characteristics, script);
      const sent = statements.map((statement) => link.query(statement));
      return await rowsOf(begun, sent, link.end(true));
    } finally {
      link.release();
    }
  }

  begin(mode: TransactionMode, statements: readonly Statement[]): Promise<Begun> {
    return this.#again(() => this.#begin(mode, statements));
  }

  async #begin(mode: TransactionMode, statements: readonly Statement[]): Promise<Begun> {
    const [characteristics, script] = this.#mode(mode, statements);
    const link = await this.#shape.link(mode === "commit" && characteristics === "");
    const transaction = new Transaction(link);
    try {
      const begun = link.begin(characteristics, script);
      const rows = await rowsOf(begun, statements.map((statement) => link.query(statement)));
      return { transaction, rows };
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  #mode(mode: TransactionMode, statements: readonly Statement[]): [string, string] {
    if (mode === "read") return [`${SNAPSHOT} READ ONLY`, ""];
    if (mode === "hold") return [SNAPSHOT, this.#writing()];
    for (const statement of statements) {
      if ("lock" in statement) return [SNAPSHOT, `${this.#writing()}; ${statement.lock}`];
    }
    // Each statement sees what is there once the lock was got.
    return ["", `${this.#writing()}; ${LOCK_LAYOUT}`];
  }

  objects({ text, params }: Statement): Promise<readonly unknown[]> {
    return this.#shape.objects({ text, params });
  }

  async compact(): Promise<void> {
    const rows = await this.#shape.query({ text: TABLES, params: [] });
    const names = rows.map(([name]) => quote(String(name)));
    if (names.length === 0) return;
    await this.#shape.query({ text: `VACUUM (ANALYZE) ${names.join(", ")}`, params: [] });
  }

  async listen(notify: () => void): Promise<() => void> {
    const listener = await this.#untilDone(listening(this.#shape, notify, this.limits.pollMs));
    return () => void this.#untilDone(listener.stop());
  }

  #untilDone<T>(work: Promise<T>): Promise<T> {
    this.#listening.add(work);
    const done = () => void this.#listening.delete(work);
    work.then(done, done);
    return work;
  }

  /** Waits until nothing is under way on a client that its owner may now close. */
  async close(): Promise<void> {
    while (this.#listening.size > 0) {
      await Promise.allSettled(this.#listening);
      await undefined; // who listened from too late on ends it
    }
  }
}
