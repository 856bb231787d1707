import { type Deferred, deferred } from "../../../db/deferred.ts";
import type { CommitInfo, Committed, MakeWork } from "../../../db/driver.ts";
import { closedError, dataError } from "../failure.ts";
import { isBusy, PATIENCE_MS, pauseMs } from "../patience.ts";
import { attempt, type Done, finish, type Waiting } from "./attempt.ts";
import type { AsyncConnection } from "./connection.ts";
import { MOVED, REFUSED } from "./drive.ts";
import type { AsyncHold } from "./hold.ts";

/**
 * Commits in the order in which they came: all that came while others were under way, or in one tick, as
 * one transaction.
 */
export class AsyncCommits {
  readonly #connection: AsyncConnection;
  #queue: Waiting[] = [];
  #running: Promise<void> | undefined;
  /** Resolves when the queue has grown. */
  #added: Deferred<void> = deferred();

  constructor(connection: AsyncConnection) {
    this.#connection = connection;
  }

  commit<T>(hold: AsyncHold, info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      this.#add({
        ...{ hold, info, make, ms: 0, since: performance.now(), reject },
        // It gets what its own `make` gave.
        resolve: resolve as (value: Committed<unknown>) => void,
      });
    });
  }

  /** Keeps others from committing once it is its turn. */
  reserve(hold: AsyncHold, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const nothing = function* (): Generator<never, void, never> {};
      this.#add({
        ...{ hold, info: undefined, make: nothing, ms, since: performance.now(), reject },
        resolve: () => resolve(),
      });
    });
  }

  /** Resolves when nobody waits. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #add(waiting: Waiting): void {
    if (this.#connection.closed) return waiting.reject(closedError());
    this.#queue.push(waiting);
    this.#added.resolve(undefined);
    this.#added = deferred();
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    await undefined; // what comes in this tick goes with it
    for (let attempts = 0; this.#queue.length > 0;) {
      const connection = this.#connection;
      const { reserved } = connection;
      if (reserved && !this.#queue.some(({ hold, info }) => info && hold === reserved.hold)) {
        await Promise.race([reserved.ended, this.#added.promise]);
        continue;
      }
      const busy = await connection.lane.run(
        () => this.#flush(),
        () => this.#ofApplied() >= 0,
      );
      if (!busy) {
        attempts = 0;
        continue;
      }
      this.#giveUp(busy.error);
      await new Promise((resolve) => setTimeout(resolve, pauseMs(++attempts)));
    }
    this.#running = undefined;
  }

  /** Commits whose turn it is; gives what made it impossible for now. */
  async #flush(): Promise<{ readonly error: unknown } | undefined> {
    const batch = this.#take();
    if (batch.length === 0) return undefined;
    try {
      return await this.#together(batch);
    } finally {
      this.#connection.outside.told();
    }
  }

  async #together(
    batch: readonly Waiting[],
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      this.#queue.unshift(...await this.#commitAll(batch));
    } catch (error) {
      if (isBusy(error)) {
        this.#queue.unshift(...batch); // in the same order, as nobody came between
        return { error };
      }
      const [first] = batch;
      if (first && batch.length === 1) first.reject(dataError(error, "no"));
      // It may be the fault of one alone.
      else {for (const [i, waiting] of batch.entries()) {
          const busy = await this.#together([waiting]);
          if (!busy) continue;
          this.#queue.push(...batch.slice(i + 1));
          return busy;
        }}
    }
    return undefined;
  }

  /** The place in the queue of the commit whose writes are in place. */
  #ofApplied(): number {
    const { applied } = this.#connection;
    return applied ? this.#queue.findIndex(({ hold, info }) => info && hold === applied.hold) : -1;
  }

  /** Who comes next: a reservation alone, or commits; while one is reserved, its own commits. */
  #take(): Waiting[] {
    const { reserved } = this.#connection;
    const queue = this.#queue;
    const [first] = queue;
    if (!first) return [];
    if (reserved) {
      const at = queue.findIndex(({ hold, info }) => hold === reserved.hold && info);
      return at < 0 ? [] : queue.splice(at, 1);
    }
    const applied = this.#ofApplied();
    if (applied >= 0) return queue.splice(applied, 1);
    if (!first.info) return queue.splice(0, 1);
    const end = queue.findIndex(({ info }) => !info);
    return queue.splice(0, end < 0 ? queue.length : end);
  }

  /** Runs a batch; gives those that have to run again. */
  async #commitAll(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const connection = this.#connection;
    const [first] = batch;
    if (first && !first.info) {
      const { hold, ms, resolve, reject } = first;
      if (hold.ended) reject(closedError());
      else {
        await connection.reserve(hold, ms);
        resolve({ value: undefined, seq: undefined });
      }
      return [];
    }
    const reserved = connection.reserved?.place;
    const { applied } = connection;
    const { remote, holdCommits } = connection.client.limits;
    const kept = reserved ??
      (holdCommits && applied?.wrote && applied.hold === first?.hold ? applied : undefined);
    if (first && kept) return this.#tell(await finish(connection, first, kept));
    await connection.park();
    const lazy = remote && connection.outside.logged && !connection.outside.doubtful;
    for (let how = { lazy, strict: false };;) {
      try {
        return this.#tell(await attempt(connection, batch, how));
      } catch (error) {
        if (error === MOVED) how = { ...how, lazy: false };
        // Without a transaction the number of the commit may have been taken by another.
        else if (error === REFUSED) how = { lazy: false, strict: !how.lazy };
        else throw error;
      }
    }
  }

  /** Tells those that are done; gives the others. */
  #tell({ done, failed, again }: Done): readonly Waiting[] {
    for (const { waiting: { info, resolve }, committed } of done) {
      if (committed.seq !== undefined) info?.done(committed.seq);
      resolve(committed);
    }
    for (const { waiting, error } of failed) waiting.reject(error);
    return again;
  }

  /** Another has the lock: those that waited too long give up, the others try again. */
  #giveUp(error: unknown): void {
    const now = performance.now();
    const late = this.#queue.filter(({ since }) => now - since > PATIENCE_MS);
    for (const { reject } of late) reject(dataError(error, "no"));
    this.#queue = this.#queue.filter((waiting) => !late.includes(waiting));
  }
}
