import { deferred } from "../../../db/deferred.ts";
import type { Answer, DriverOptions, FoundTable, Read, TableDef } from "../../../db/driver.ts";
import { closedError } from "../failure.ts";
import { retrying } from "../patience.ts";
import type { AsyncClient, AsyncTransaction, Rows } from "./client.ts";
import { ask, once, SEVERAL } from "./drive.ts";
import type { AsyncEngine, Run } from "./engine.ts";
import { Lane } from "./lane.ts";
import { AsyncOutside } from "./outside.ts";
import { type AsyncReader, emptyAnswer, tablesOf, takesSeveral } from "./reader.ts";
import { TickReads } from "./tick.ts";

/** For so many milliseconds a hold may go on before others that wait. */
const MOST_MS = 250;

/** What a connection works with. */
export interface ConnectionParts {
  readonly client: AsyncClient;
  readonly engine: AsyncEngine;
  readonly reader: AsyncReader;
  readonly options: DriverOptions;
  /** Makes what is to be there before the first commit, inside its transaction. */
  readonly prepare: (run: Run) => Promise<void>;
  /** The tables that are made then. */
  readonly absent: ReadonlySet<TableDef>;
}

/** An open transaction with what a hold has written into it. */
export interface Place {
  /** Whose it is. */
  readonly hold: object;
  readonly transaction: AsyncTransaction;
  /** The tables that were written. */
  readonly tables: Set<string>;
  /** Whether the hold has written; without effects, too. */
  wrote: boolean;
}

/** Who has reserved the next commit. */
export interface Reservation {
  readonly hold: object;
  /** The transaction that keeps others from committing; in one process nobody else is there. */
  place: Place | undefined;
  readonly ended: Promise<void>;
  end(): void;
}

/**
 * A client, and who has what in the transactions that are open on it:
 *
 * ```text
 * read        a question or a look: over when it is answered
 * hold        applied: what one hold has written, until somebody else wants to write, or nobody has used
 *             it for a moment; then it is taken back, and the hold does it again
 * commit      commits of the queue, one transaction for all that came meanwhile
 * commit      reserved: a hold, which may await; nobody else commits
 * ```
 *
 * Whoever may write is in the lane, so one at a time.
 */
export class AsyncConnection {
  readonly client: AsyncClient;
  readonly engine: AsyncEngine;
  readonly options: DriverOptions;
  readonly outside: AsyncOutside;
  readonly lane: Lane = new Lane(() => this.applied !== undefined, MOST_MS);
  applied: Place | undefined;
  reserved: Reservation | undefined;
  closed = false;
  readonly #parts: ConnectionParts;
  readonly #reads: TickReads;
  #idle: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.engine = parts.engine;
    this.options = parts.options;
    this.outside = new AsyncOutside(parts.engine.log, parts.options);
    this.#reads = new TickReads(parts.client);
  }

  /** Looks how it is when the session begins. */
  async start(): Promise<void> {
    await retrying(() =>
      this.reading(this.outside.head(false), (run, rows) => this.outside.start(rows, run))
    );
  }

  /** @throws {DataError} With code `"closed"` once it is. */
  check(): void {
    if (this.closed) throw closedError();
  }

  /** Runs what must not meet an open transaction, where there is but one connection. */
  async beside<T>(fn: () => Promise<T>): Promise<T> {
    const { single, tracked } = this.client.limits;
    if (!single && !tracked) return await fn();
    return await this.lane.run(async () => {
      this.check();
      // With another connection to spare nothing has to be taken back.
      if (single) await this.park();
      return await fn();
    });
  }

  /** Runs what reads a head. */
  async looking<T>(fn: () => Promise<T>): Promise<T> {
    if (!this.client.limits.tracked) return await this.beside(fn);
    return await this.lane.run(async () => {
      this.check();
      await this.park();
      return await fn();
    });
  }

  /** Runs what writes, when nobody else has reserved the next commit. */
  async turn<T>(hold: object | undefined, fn: () => Promise<T>): Promise<T> {
    for (;;) {
      this.check();
      const { reserved } = this;
      if (reserved && reserved.hold !== hold) {
        await reserved.ended;
        // Commits that have waited as long come first.
        await new Promise((resolve) => setTimeout(resolve, 0));
        continue;
      }
      const done = await this.lane.run(async () => {
        this.check();
        if (this.reserved && this.reserved.hold !== hold) return undefined;
        return { value: await fn() };
      }, () => hold !== undefined && this.applied?.hold === hold);
      if (done) return done.value;
    }
  }

  /** Whether nobody can commit while one is in the lane to look, so that there is nothing to tell. */
  get still(): boolean {
    return this.client.limits.tracked && this.reserved?.place !== undefined;
  }

  /** Answers what changes nothing, at the state without what is held back. */
  async ask(request: Read, gone?: AbortSignal): Promise<Answer> {
    return await retrying(async () => {
      this.check();
      if (request.ask === "known" && this.outside.doubtful) return await this.#isThere(request.id);
      if (request.ask === "known" || !takesSeveral(request)) {
        try {
          return await this.beside(() => this.one(request, gone));
        } catch (error) {
          if (error !== SEVERAL) throw error;
        }
      }
      const { tracked } = this.client.limits;
      const read = () => this.reading([], (run) => this.answer(until(run, gone), request));
      return tracked ? await this.looking(read) : await this.beside(read);
    });
  }

  /** Answers a request by one statement. */
  async one(request: Read, gone?: AbortSignal): Promise<Answer> {
    const query = once((statement) => this.#reads.query(statement, gone));
    return await this.answer(
      async ([statement]) => [statement ? await query(statement) : []],
      request,
    );
  }

  /** Whether a commit is there whose reply was lost; what the server may still be doing is over then. */
  async #isThere(id: string): Promise<boolean> {
    return await this.turn(undefined, async () => {
      await this.park();
      const { transaction, rows } = await this.client.begin("commit", [
        ...this.outside.head(true),
        this.engine.log.known(id),
      ]);
      await transaction.rollback();
      return (rows.at(-1)?.length ?? 0) > 0;
    });
  }

  /** Answers a request with statements that see one state, or with one. */
  async answer(run: Run, request: Read, prepared = this.outside.logged): Promise<Answer> {
    const query = async (
      statement: { text: string; params: readonly unknown[] },
    ): Promise<Rows> => {
      const [rows = []] = await run([statement]);
      return rows;
    };
    if (request.ask === "known") {
      return this.outside.logged && (await query(this.engine.log.known(request.id))).length > 0;
    }
    const { absent, reader } = this.#parts;
    if (!prepared && tablesOf(request).some((table) => absent.has(table))) {
      return emptyAnswer(request);
    }
    return await ask(reader.answer(request), query);
  }

  /** Runs what reads at one state. */
  async reading<T>(
    first: Parameters<AsyncClient["begin"]>[1],
    fn: (run: Run, rows: readonly Rows[]) => Promise<T>,
  ): Promise<T> {
    const { transaction, rows } = await this.client.begin("read", first);
    try {
      return await fn((statements, gone) => transaction.run(statements, gone), rows);
    } finally {
      await transaction.rollback();
    }
  }

  /** Runs what reads at one state, after what changed has been told. */
  async looked<T>(fn: (run: Run) => Promise<T>): Promise<T> {
    for (;;) {
      const done = await this.reading(this.outside.head(false), async (run, rows) => {
        if (!await this.outside.take(rows, run)) return undefined;
        return { value: await fn(run) };
      });
      if (done) return done.value;
      await this.client.refresh?.();
    }
  }

  /** The tables there are. */
  async tables(): Promise<FoundTable[]> {
    return await retrying(() =>
      this.looking(() => {
        this.check();
        return this.reading([], (run) => this.engine.describe(run));
      })
    );
  }

  /** Looks for what has changed, and tells it. */
  async poll(): Promise<void> {
    this.check();
    await this.client.refresh?.();
    await this.looking(async () => {
      if (this.closed || this.reserved?.place) return; // nobody else can have committed
      const rows = await this.client.read(this.outside.head(false));
      if (!this.outside.isUnmoved(rows)) await this.looked(() => Promise.resolve());
    });
  }

  /** Begins a transaction that writes, and tells what has changed; in the lane. */
  async begin(mode: "hold" | "commit", hold: object): Promise<Place> {
    for (;;) {
      const { transaction, rows } = await this.client.begin(mode, this.outside.head(true));
      const run: Run = (statements) => transaction.run(statements);
      try {
        if (await this.outside.take(rows, run)) {
          if (!this.outside.logged) await this.#parts.prepare(run);
          return { hold, transaction, tables: new Set(), wrote: false };
        }
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
      await transaction.rollback();
    }
  }

  /** Keeps what a hold has written in place for a moment. */
  keep(place: Place): void {
    this.applied = place;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      if (this.applied === place) void this.lane.run(() => this.park(place));
    }, this.client.limits.idleMs);
  }

  /** Takes back what a hold has put in place, or one of them; in the lane. */
  async park(place: Place | undefined = this.applied): Promise<void> {
    if (!place || this.applied !== place) return;
    this.forget();
    await this.undo(place);
  }

  /** What was in place is over, or somebody else's matter. */
  forget(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.applied = undefined;
  }

  /** Ends a transaction by taking everything back. */
  async undo({ transaction }: Place): Promise<void> {
    if (this.client.limits.tracked) {
      try {
        const [rows] = await transaction.run([this.counters()]);
        this.outside.mine(rows);
      } catch {
        // Then what we have written is told as a stranger's.
      }
    }
    await transaction.rollback();
  }

  /** The statement that gives the counters as they are. */
  counters(): { readonly text: string; readonly params: readonly unknown[] } {
    const { outside, engine } = this;
    return outside.logged ? engine.log.head(false) : engine.log.bareHead;
  }

  /** Keeps others from committing, for so many milliseconds at most; in the lane. */
  async reserve(hold: object, ms: number): Promise<void> {
    await this.park();
    const place = this.client.limits.single ? undefined : await this.begin("commit", hold);
    const { promise, resolve } = deferred<void>();
    const timer = setTimeout(() => void this.lane.run(() => this.release(hold)), ms);
    this.reserved = {
      ...{ hold, place, ended: promise },
      end: () => {
        clearTimeout(timer);
        resolve(undefined);
      },
    };
  }

  /** Ends the reservation of a hold, if it has one; in the lane. */
  async release(hold: object | undefined): Promise<void> {
    const { reserved } = this;
    if (!reserved || hold && reserved.hold !== hold) return;
    this.reserved = undefined;
    if (reserved.place) await this.undo(reserved.place);
    reserved.end();
  }

  /** Ends whatever a failure has made useless. */
  async drop(place: Place): Promise<void> {
    if (this.applied === place) this.forget();
    await this.undo(place);
    const { reserved } = this;
    if (reserved?.place !== place) return;
    reserved.place = undefined;
    await this.release(place.hold);
  }
}

/** The same for whom `gone` tells that nobody waits any more. */
export function until(run: Run, gone: AbortSignal | undefined): Run {
  return gone ? (statements) => run(statements, gone) : run;
}
