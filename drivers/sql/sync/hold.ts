import type {
  Answer,
  CommitInfo,
  Committed,
  Hold,
  MakeWork,
  Maybe,
  Request,
} from "../../../db/driver.ts";
import { SEVERAL } from "./answer.ts";
import type { Writes } from "../write.ts";
import { applyEffects, rowsWritten } from "./apply.ts";
import type { Commits } from "./commits.ts";
import { type Connection, drive, type Holder } from "./connection.ts";
import { closedError, Failure } from "../failure.ts";
import { patiently } from "../patience.ts";

const NEEDS_LOCK: unique symbol = Symbol("needs the lock");

/** Writes held back on the one connection; see `Connection` for where they are. */
export class SyncHold implements Hold, Holder {
  /** The tables written since the last `parked`. */
  tables: Set<string> = new Set();
  ended = false;
  /** Whether it has written since the last `parked`; without effects, too. */
  wrote = false;
  #everWrote = false;
  #looked = false;
  readonly #connection: Connection;
  readonly #commits: Commits;
  readonly #writes: Writes;

  constructor(connection: Connection, commits: Commits, writes: Writes) {
    this.#connection = connection;
    this.#commits = commits;
    this.#writes = writes;
  }

  readonly #reads = (request: Request): Answer => {
    if (request.ask !== "write") return this.#connection.answer(request);
    throw NEEDS_LOCK;
  };

  /** Answers a request where this hold's writes are in place. */
  readonly answer = (request: Request): Answer => {
    if (request.ask !== "write") return this.#connection.answer(request);
    const { effects } = request;
    if (effects.length > 0) {
      this.#commits.beforeWrite();
      const { client, outside } = this.#connection;
      let once = false;
      try {
        once = applyEffects(client, this.#writes, effects);
      } finally {
        outside.wrote(once ? rowsWritten(effects) : undefined);
      }
    }
    this.#everWrote = this.wrote = true;
    for (const { table } of effects) this.tables.add(table.name);
    return undefined;
  };

  look<T>(make: MakeWork<T>, writes: boolean): Maybe<T> {
    return patiently(() => this.#look(make, writes));
  }

  #look<T>(make: MakeWork<T>, writes: boolean): T {
    const connection = this.#connection;
    if (this.ended) throw closedError();
    connection.check();
    if (connection.applied === this) return this.#applied(make, true);
    connection.park();
    if (!this.#everWrote && !writes) {
      try {
        return this.#read(make);
      } catch (error) {
        if (error !== NEEDS_LOCK) throw error;
      }
    }
    connection.apply(this);
    return this.#applied(make, false);
  }

  #read<T>(make: MakeWork<T>): T {
    if (!this.#looked) {
      this.#looked = true;
      let count = 0;
      try {
        // The first request has nothing to agree with, and one statement is one state.
        return drive(make(false), (request) => {
          if (request.ask !== "write" && count++ > 0) throw SEVERAL;
          return this.#reads(request);
        });
      } catch (error) {
        if (error !== SEVERAL) throw error;
      }
    }
    return this.#connection.read(() => drive(make(false), this.#reads));
  }

  #applied<T>(make: MakeWork<T>, kept: boolean): T {
    try {
      return drive(make(kept), this.answer);
    } catch (error) {
      if (error instanceof Failure) this.#connection.abort();
      throw error;
    } finally {
      if (!this.wrote) this.#connection.park(); // no need to keep the lock
    }
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    return this.#commits.commit(this, info, make);
  }

  reserve(ms: number): Promise<void> {
    return this.#commits.reserve(this, ms);
  }

  parked(): void {
    this.wrote = false;
    if (this.tables.size > 0) this.tables = new Set();
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.#connection.applied === this) this.#connection.park();
    this.#commits.release(this);
  }
}
