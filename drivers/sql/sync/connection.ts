import type { Answer, DriverOptions, FoundTable, Read, Request, Work } from "../../../db/driver.ts";
import { closedError, dataError, Failure } from "../failure.ts";
import { type Reader, SEVERAL } from "./answer.ts";
import type { SyncClient } from "./client.ts";
import { describeTables } from "./describe.ts";
import { isKnown } from "./log.ts";
import { Outside } from "./outside.ts";

const NONE: readonly never[] = [];
const IN_TRANSACTION = /within a transaction/;
const NO_TRANSACTION = /no transaction is active/;

/** Who holds writes back; `parked` says that they are not in place any more. */
export interface Holder {
  parked(): void;
}

/** What a connection works with. */
export interface ConnectionParts {
  readonly client: SyncClient;
  readonly reader: Reader;
  readonly options: DriverOptions;
  /** Makes what is to be there before the first commit, inside its transaction. */
  readonly prepare: () => void;
}

/**
 * The one connection of a session, and who has what in the transaction that is open on it:
 *
 * ```text
 * no transaction         applied: none    reserved: none
 * BEGIN ... COMMIT       reads at one state; over when the call is
 * BEGIN IMMEDIATE        applied: a hold, until anybody else comes or the event loop turns
 * BEGIN IMMEDIATE        reserved: a hold, which may await; others read the state below
 *   SAVEPOINT            applied: any hold, until anybody else comes or the event loop turns
 * ```
 */
export class Connection {
  readonly client: SyncClient;
  readonly outside: Outside;
  readonly #parts: ConnectionParts;
  /** Whose writes are in place. */
  applied: Holder | undefined;
  /** Who keeps the write lock. */
  reserved: Holder | undefined;
  closed = false;
  #inside = false;
  /** Whether a transaction of ours may be open, since the engine failed when one began or ended. */
  #doubtful = false;
  #parking: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.client = parts.client;
    this.outside = new Outside(parts.client, parts.options);
  }

  /** @throws {DataError} With code `"closed"` once it is. */
  check(): void {
    if (this.closed) throw closedError();
    if (this.#doubtful) this.rollback();
  }

  /** Answers what changes nothing, at the state without what is held back. */
  ask(request: Read): Answer {
    this.check();
    if (this.applied) this.park();
    try {
      return this.answer(request);
    } catch (error) {
      if (error !== SEVERAL) throw error;
    }
    this.#begin("BEGIN");
    return this.#ending(() => this.answer(request));
  }

  /** The tables there are, at the state without what is held back. */
  tables(): FoundTable[] {
    this.check();
    this.park();
    return describeTables(this.client);
  }

  /** Looks for what has changed, and tells it. */
  poll(): void {
    this.check();
    this.park();
    if (!this.#inside && this.outside.moved()) this.read(() => {});
  }

  /** Answers what changes nothing, at the state that there is. */
  answer(request: Read): Answer {
    if (request.ask === "known") return this.outside.logged && isKnown(this.client, request.id);
    return this.#parts.reader.answer(request, this.#inside);
  }

  /** Runs work that only reads at one state, after what changed has been told. */
  read<T>(work: () => T): T {
    if (this.#inside) return work(); // reserved: nobody has changed anything
    this.#begin("BEGIN");
    return this.#ending(() => {
      this.outside.look();
      return work();
    });
  }

  #ending<T>(fn: () => T): T {
    let value: T;
    try {
      value = fn();
      this.client.run("COMMIT", NONE);
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.#inside = false;
    return value;
  }

  #begin(text: string): void {
    if (this.#doubtful) this.rollback();
    try {
      this.client.run(text, NONE);
    } catch (error) {
      // Of a transaction that is open already, or another's lock, nothing is ours.
      this.#doubtful ||= error instanceof Failure && error.kind !== "busy" &&
        !IN_TRANSACTION.test(error.words);
      throw error;
    }
    this.#inside = true;
  }

  /** Takes the write lock, and tells what has changed. */
  lock(): void {
    this.#begin("BEGIN IMMEDIATE");
    try {
      this.outside.look();
      if (!this.outside.logged) this.#parts.prepare();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Begins to put what a hold writes in place; nothing else is. */
  apply(hold: Holder): void {
    if (this.reserved) this.client.run("SAVEPOINT strata_hold", NONE);
    else this.lock();
    this.applied = hold;
    this.#parking ??= setTimeout(() => {
      this.#parking = undefined;
      try {
        this.park();
      } catch {
        this.abort(); // whoever comes next meets what is wrong
      }
    }, 0);
  }

  /** Takes back what a hold has put in place; it can do it again. */
  park(): void {
    const hold = this.applied;
    if (!hold) return;
    this.applied = undefined;
    hold.parked();
    if (!this.reserved) {
      this.rollback();
      this.#mine();
      return;
    }
    try {
      this.client.run("ROLLBACK TO strata_hold", NONE);
      this.client.run("RELEASE strata_hold", NONE);
      this.#mine();
    } catch {
      this.abort();
    }
  }

  /** Ends the transaction by COMMIT. */
  commit(): void {
    this.client.run("COMMIT", NONE);
    this.#inside = false;
    const hold = this.applied;
    this.applied = undefined;
    this.reserved = undefined;
    hold?.parked();
    this.#mine();
  }

  /** Ends a reservation. What strangers wrote into the transaction through the client stays. */
  release(): void {
    this.park();
    if (!this.reserved) return;
    this.reserved = undefined;
    try {
      this.client.run("COMMIT", NONE);
      this.#inside = false;
    } catch {
      this.rollback();
    }
  }

  /** Ends whatever is open, after a failure that the engine may have answered by ending it. */
  abort(): void {
    const hold = this.applied;
    this.applied = undefined;
    this.reserved = undefined;
    hold?.parked();
    if (this.#inside) this.rollback();
    this.#mine();
  }

  /** Ends the transaction, also when the engine has done that itself. */
  rollback(): void {
    this.#inside = false;
    this.#doubtful = false;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        this.client.run("ROLLBACK", NONE);
        return;
      } catch (error) {
        if (error instanceof Failure && NO_TRANSACTION.test(error.words)) return;
      }
    }
    this.#doubtful = true;
  }

  /** What this connection has written is ours; if that fails, it is told as a stranger's. */
  #mine(): void {
    try {
      this.outside.mine();
    } catch {
      // As above.
    }
  }

  /** Stops what waits. */
  stop(): void {
    clearTimeout(this.#parking);
    this.#parking = undefined;
  }
}

/** Who answers the requests of work. */
export interface Answerer {
  answer(request: Request): Answer;
}

/** Runs work. Errors of its requests are thrown into it, unless the transaction is lost by them. */
export function drive<T>(work: Work<T>, by: Answerer): T {
  let step = work.next();
  while (!step.done) {
    let got: Answer;
    try {
      got = by.answer(step.value);
    } catch (error) {
      if (typeof error === "symbol" || error instanceof Failure && error.fatal) throw error;
      step = work.throw(dataError(error));
      continue;
    }
    step = work.next(got);
  }
  return step.value;
}
