import type { CommitInfo, Committed, MakeWork, Maybe } from "../../../db/driver.ts";
import { type Connection, drive } from "./connection.ts";
import { closedError, dataError, Failure } from "../failure.ts";
import type { SyncHold } from "./hold.ts";
import { addCommit } from "./log.ts";
import { type Done, doubt, type Waiting } from "./waiting.ts";
import { isBusy, PATIENCE_MS, pauseMs } from "../patience.ts";

const NONE: readonly never[] = [];

/**
 * Commits in the order in which they came, those of one tick as one transaction of SQLite, each in a
 * savepoint of its own so that one that fails takes nobody with it.
 */
export class Commits {
  readonly #connection: Connection;
  #queue: Waiting[] = [];
  #scheduled = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #reservation: ReturnType<typeof setTimeout> | undefined;
  #idle: (() => void)[] = [];
  #telling = false;
  /** Of the commit that runs: whether it has a savepoint, and whether it needs one. */
  #savepoint: "none" | "needed" | "made" = "none";

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Commits what a hold has in place at once; else in its turn. */
  commit<T>(hold: SyncHold, info: CommitInfo, make: MakeWork<T>): Maybe<Committed<T>> {
    const connection = this.#connection;
    if (
      connection.applied === hold && !connection.closed && !this.#telling &&
      (!connection.reserved || connection.reserved === hold)
    ) {
      try {
        return this.#finish(hold, info, make, true);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    return new Promise((resolve, reject) => {
      this.#add(this.#waiting(hold, info, make, resolve, reject));
    });
  }

  #waiting<T>(
    hold: SyncHold,
    info: CommitInfo | undefined,
    make: MakeWork<T>,
    resolve: (value: Committed<T>) => void,
    reject: (error: unknown) => void,
    ms = 0,
  ): Waiting {
    // It gets what its own `make` gave.
    const told = resolve as (value: Committed<unknown>) => void;
    return { hold, since: 0, info, make, ms, resolve: told, reject };
  }

  /** Keeps the write lock for a hold once it is its turn. */
  reserve(hold: SyncHold, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const nothing = function* (): Generator<never, void, never> {};
      this.#add(this.#waiting(hold, undefined, nothing, () => resolve(), reject, ms));
    });
  }

  /** Ends the reservation of a hold, if it has one. */
  release(hold: SyncHold): void {
    if (this.#connection.reserved !== hold) return;
    clearTimeout(this.#reservation);
    this.#connection.release();
    this.#schedule();
  }

  /** Called before a commit writes, as one that only reads needs no savepoint. */
  beforeWrite(): void {
    if (this.#savepoint !== "needed") return;
    this.#connection.client.run("SAVEPOINT strata_commit", NONE);
    this.#savepoint = "made";
  }

  /** Resolves when nobody waits. */
  async idle(): Promise<void> {
    while (this.#queue.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    clearTimeout(this.#reservation);
    this.#connection.release();
  }

  #add(waiting: Waiting): void {
    if (this.#connection.closed) return waiting.reject(closedError());
    waiting.since = performance.now();
    this.#queue.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#retry !== undefined || this.#queue.length === 0) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    for (;;) {
      const batch = this.#take();
      if (batch.length === 0) break;
      let left: readonly Waiting[] = NONE;
      try {
        left = this.#run(batch);
      } catch (error) {
        this.#connection.abort();
        if (isBusy(error)) {
          // In the same order, as nobody came between.
          this.#queue.unshift(...batch);
          return this.#later(error);
        }
        for (const { reject } of batch) reject(dataError(error, "no"));
      }
      this.#attempts = 0;
      this.#queue.unshift(...left);
    }
    if (this.#queue.length === 0) { for (const resolve of this.#idle.splice(0)) resolve(); }
  }

  /** Who comes next: a reservation alone, or commits; while one is reserved, its own commits. */
  #take(): Waiting[] {
    const { reserved } = this.#connection;
    const queue = this.#queue;
    const [first] = queue;
    if (!first) return [];
    if (reserved) {
      const at = queue.findIndex(({ hold, info }) => hold === reserved && info);
      return at < 0 ? [] : queue.splice(at, 1);
    }
    if (!first.info) return queue.splice(0, 1);
    const end = queue.findIndex(({ info }) => !info);
    return queue.splice(0, end < 0 ? queue.length : end);
  }

  /** Another has the lock: those that waited too long give up, the others try again. */
  #later(error: unknown): void {
    const now = performance.now();
    const late = this.#queue.filter(({ since }) => now - since > PATIENCE_MS);
    for (const { reject } of late) reject(dataError(error, "no"));
    this.#queue = this.#queue.filter((waiting) => !late.includes(waiting));
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#flush();
    }, pauseMs(++this.#attempts));
  }

  /** Runs a batch; gives those that have to run again. */
  #run(batch: readonly Waiting[]): readonly Waiting[] {
    const connection = this.#connection;
    const [first] = batch;
    connection.park();
    if (first && connection.reserved) {
      connection.apply(first.hold);
      return this.#reserved(first);
    }
    if (first && !first.info) {
      if (first.hold.ended) first.reject(closedError());
      else this.#reserve(first);
      return NONE;
    }
    connection.lock();
    return this.#commitAll(batch);
  }

  /** Commits for who has reserved. */
  #reserved({ hold, info, make, resolve, reject }: Waiting): readonly Waiting[] {
    if (!info) return NONE;
    let committed: Committed<unknown>;
    try {
      committed = this.#finish(hold, info, make, false);
    } catch (error) {
      if (isBusy(error)) throw error;
      reject(error);
      return NONE;
    }
    resolve(committed);
    return NONE;
  }

  #reserve({ hold, ms, resolve }: Waiting): void {
    const connection = this.#connection;
    connection.lock();
    connection.reserved = hold;
    clearTimeout(this.#reservation); // of one that a failure has ended
    this.#reservation = setTimeout(() => this.release(hold), ms);
    resolve({ value: undefined, seq: undefined });
  }

  #commitAll(batch: readonly Waiting[]): readonly Waiting[] {
    const { client, outside } = this.#connection;
    const done: Done[] = [];
    const failed: (() => void)[] = [];
    const { seq: first, strangers } = outside;
    let seq = first;
    for (const waiting of batch) {
      const { hold, info, make, reject } = waiting;
      this.#savepoint = batch.length > 1 ? "needed" : "none";
      hold.parked();
      try {
        const value = drive(make(false), hold);
        const wrote = info && hold.wrote;
        if (wrote) {
          const told = strangers && seq === first;
          outside.wrote(addCommit(client, ++seq, info, hold.tables, told));
        }
        if (this.#made()) client.run("RELEASE strata_commit", NONE);
        done.push({ waiting, committed: { value, seq: wrote ? seq : undefined } });
      } catch (error) {
        if (error instanceof Failure) return this.#broken(error, waiting, batch);
        if (this.#made()) {
          client.run("ROLLBACK TO strata_commit", NONE);
          client.run("RELEASE strata_commit", NONE);
        }
        failed.push(() => reject(error));
      } finally {
        hold.parked();
        this.#savepoint = "none";
      }
    }
    if (done.length === 0) this.#connection.abort();
    const left = done.length === 0 ? NONE : this.#end(done, seq);
    for (const fail of failed) fail();
    return left;
  }

  #made(): boolean {
    return this.#savepoint === "made";
  }

  /** The engine failed, so nothing of the batch is there: one is told, the others run again. */
  #broken(error: Failure, broken: Waiting, batch: readonly Waiting[]): readonly Waiting[] {
    this.#connection.abort();
    if (isBusy(error)) throw error;
    broken.reject(dataError(error, "no"));
    return batch.filter((waiting) => waiting !== broken);
  }

  /** Commits what a hold has in place, or puts there first. Busy: it can do it again. */
  #finish<T>(hold: SyncHold, info: CommitInfo, make: MakeWork<T>, kept: boolean): Committed<T> {
    const connection = this.#connection;
    const { outside } = connection;
    try {
      const value = drive(make(kept), hold);
      if (!hold.wrote) {
        this.#close(outside.seq);
        return { value, seq: undefined };
      }
      const seq = outside.seq + 1;
      outside.wrote(addCommit(connection.client, seq, info, hold.tables, outside.strangers));
      try {
        this.#close(seq);
      } catch (error) {
        throw isBusy(error) ? error : doubt(this.#connection, error, info.id);
      }
      this.#tell(info, seq);
      return { value, seq };
    } catch (error) {
      if (error instanceof Failure) connection.abort();
      else connection.park();
      throw isBusy(error) ? error : dataError(error, "no");
    } finally {
      if (connection.reserved !== hold) clearTimeout(this.#reservation);
      this.#schedule();
    }
  }

  /** Ends the transaction by COMMIT, or without it when nothing was written. */
  #close(seq: number): void {
    const connection = this.#connection;
    const { outside } = connection;
    if (seq === outside.seq) {
      if (connection.reserved) connection.release();
      else connection.abort();
      return;
    }
    try {
      connection.commit();
    } catch (error) {
      connection.abort();
      throw error;
    }
    outside.seq = seq;
    outside.strangers = false;
    outside.logged = true;
  }

  /** Ends the transaction of a batch; gives those that have to run again. */
  #end(done: readonly Done[], seq: number): readonly Waiting[] {
    try {
      this.#close(seq);
    } catch (error) {
      if (isBusy(error)) throw error;
      return this.#lookUp(error, done);
    }
    for (const { waiting: { info, resolve }, committed } of done) {
      if (committed.seq !== undefined && info) this.#tell(info, committed.seq);
      else this.#connection.park(); // as below
      resolve(committed);
    }
    return NONE;
  }

  /** Meanwhile others may ask for commits, which come later. */
  #tell(info: CommitInfo, seq: number): void {
    this.#telling = true;
    try {
      this.#connection.park(); // what the one before may have begun
      info.done(seq);
    } finally {
      this.#telling = false;
    }
  }

  /** COMMIT failed: finds out who is there all the same; gives those that have to run again. */
  #lookUp(error: unknown, done: readonly Done[]): readonly Waiting[] {
    const left: Waiting[] = [];
    for (const { waiting, committed } of done) {
      const { info } = waiting;
      // What wrote nothing may have read what the others wrote, so it has to run again.
      if (!info || committed.seq === undefined) left.push(waiting);
      else waiting.reject(doubt(this.#connection, error, info.id));
    }
    return left;
  }
}
