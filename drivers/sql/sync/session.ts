import type {
  Answers,
  DriverOptions,
  DriverSession,
  FoundTable,
  Hold,
  Maybe,
  Read,
  TableDef,
} from "../../../db/driver.ts";
import type { Writes } from "../write.ts";
import { Commits } from "./commits.ts";
import { Connection, type ConnectionParts } from "./connection.ts";
import { createTables } from "./create.ts";
import { dataError, Failure } from "../failure.ts";
import { SyncHold } from "./hold.ts";
import { isBusy, patiently } from "../patience.ts";
import { unref } from "../../../db/unref.ts";

const NONE: readonly never[] = [];
/** How often others' commits are looked for while somebody listens. */
const POLL_MS = 100;

/** An open SQLite database on one synchronous connection. */
export class SyncSession implements DriverSession {
  readonly seq: number;
  readonly #connection: Connection;
  readonly #commits: Commits;
  readonly #writes: Writes;
  readonly #options: DriverOptions;
  readonly #closed: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  /** `closed` is called once it is. */
  constructor(parts: ConnectionParts, writes: Writes, closed: () => void) {
    this.#connection = new Connection(parts);
    this.#commits = new Commits(this.#connection);
    this.#writes = writes;
    this.#options = parts.options;
    this.#closed = closed;
    this.seq = this.#connection.outside.seq;
  }

  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]> {
    try {
      // The answer is of the kind that was asked for.
      return this.#connection.ask(request) as Answers[R["ask"]];
    } catch (error) {
      if (!isBusy(error)) throw dataError(error);
    }
    // As above.
    return patiently(() => this.#connection.ask(request) as Answers[R["ask"]]);
  }

  hold(): Hold {
    return new SyncHold(this.#connection, this.#commits, this.#writes);
  }

  tables(): Maybe<readonly FoundTable[]> {
    return patiently(() => this.#connection.tables());
  }

  live(): undefined {}

  poll(): Maybe<void> {
    return patiently(() => this.#connection.poll());
  }

  listen(on: boolean): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (!on || this.#connection.closed) return;
    this.#timer = setInterval(() => {
      try {
        this.#connection.poll();
      } catch {
        // Locked, or worse: who reads or writes next meets it, and this looks again.
      }
    }, POLL_MS);
    unref(this.#timer);
  }

  /** Runs SQL of the user's. */
  raw(text: string, params: readonly unknown[]): Maybe<readonly unknown[]> {
    return patiently(() => {
      this.#connection.check();
      // What it writes would be part of the transaction of whoever has reserved.
      if (this.#connection.reserved) {
        throw new Failure(
          new Error("Cannot run SQL as nobody has reserved the next commit: database is locked"),
        );
      }
      this.#connection.park();
      const rows = this.#connection.client.objects(text, params);
      this.#connection.poll();
      return rows;
    });
  }

  async create(tables: readonly TableDef[]): Promise<void> {
    await undefined; // commits that are being told come first
    await patiently(() => createTables(this.#connection, this.#writes, this.#options, tables));
  }

  async compact(): Promise<void> {
    await this.#commits.idle();
    await patiently(() => {
      this.#connection.check();
      this.#connection.park();
      const { client } = this.#connection;
      client.exec("VACUUM");
      client.rows("PRAGMA wal_checkpoint(TRUNCATE)", NONE);
      this.#connection.poll();
    });
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.listen(false);
    await this.#commits.idle();
    const connection = this.#connection;
    connection.abort();
    connection.stop();
    connection.closed = true;
    connection.client.clear();
    this.#closed();
  }
}
