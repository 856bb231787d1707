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
import { type Answerer, type Connection, drive, type Holder } from "./connection.ts";
import { closedError, dataError, Failure } from "../failure.ts";
import { isBusy, patiently } from "../patience.ts";

const NEEDS_LOCK: unique symbol = Symbol("needs the lock");

/** What the work of a hold may ask for where its writes are not in place. */
type Looks = "any" | "reads" | "one read" | "no more";

/** Writes held back on the one connection; see `Connection` for where they are. */
export class SyncHold implements Hold, Holder, Answerer {
  ended = false;
  /** Whether it has written since the last `parked`; without effects, too. */
  wrote = false;
  #everWrote = false;
  #looked = false;
  #looks: Looks = "any";
  /** The table written since the last `parked`, or several. */
  #table = "";
  #tables: Set<string> | undefined;
  readonly #connection: Connection;
  readonly #commits: Commits;
  readonly #writes: Writes;

  constructor(connection: Connection, commits: Commits, writes: Writes) {
    this.#connection = connection;
    this.#commits = commits;
    this.#writes = writes;
  }

  /** The tables written since the last `parked`. */
  get tables(): readonly string[] {
    if (this.#tables) return [...this.#tables];
    return this.#table === "" ? [] : [this.#table];
  }

  answer(request: Request): Answer {
    if (this.#looks !== "any") this.#check(request);
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
    for (const { table } of effects) this.#note(table.name);
    return undefined;
  }
  #check(request: Request): void {
    if (request.ask === "write") throw NEEDS_LOCK;
    if (this.#looks === "no more") throw SEVERAL;
    if (this.#looks === "one read") this.#looks = "no more";
  }
  #note(name: string): void {
    if (this.#table === "") this.#table = name;
    else if (this.#table !== name) (this.#tables ??= new Set([this.#table])).add(name);
  }

  look<T>(make: MakeWork<T>, writes: boolean): Maybe<T> {
    try {
      return this.#look(make, writes);
    } catch (error) {
      if (!isBusy(error)) throw dataError(error);
    }
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
      try {
        // The first request has nothing to agree with, and one statement is one state.
        return this.#reading("one read", make);
      } catch (error) {
        if (error !== SEVERAL) throw error;
      }
    }
    return this.#connection.read(() => this.#reading("reads", make));
  }
  #reading<T>(looks: Looks, make: MakeWork<T>): T {
    this.#looks = looks;
    try {
      return drive(make(false), this);
    } finally {
      this.#looks = "any";
    }
  }

  #applied<T>(make: MakeWork<T>, kept: boolean): T {
    try {
      return drive(make(kept), this);
    } catch (error) {
      if (error instanceof Failure) this.#connection.abort();
      throw error;
    } finally {
      if (!this.wrote) this.#connection.park(); // no need to keep the lock
    }
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Maybe<Committed<T>> {
    return this.#commits.commit(this, info, make);
  }

  reserve(ms: number): Promise<void> {
    return this.#commits.reserve(this, ms);
  }

  parked(): void {
    this.wrote = false;
    this.#table = "";
    this.#tables = undefined;
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.#connection.applied === this) this.#connection.park();
    this.#commits.release(this);
  }
}
