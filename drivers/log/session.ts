import { KnownIds } from "../../engine/known_ids.ts";
import type { RowEntry, TableData, Tables } from "../../engine/mod.ts";
import type {
  Answers,
  CommitInfo,
  Committed,
  DriverSession,
  FoundTable,
  Hold,
  MakeWork,
  Maybe,
  Read,
  TableDef,
} from "../../db/driver.ts";
import { ResidentTables } from "./answers.ts";
import { foundTables } from "./change.ts";
import { created } from "./create.ts";
import { Overlay } from "./overlay.ts";
import { Reservations } from "./reservations.ts";

/** What a resident database holds. */
export interface ResidentState {
  tables: Map<string, TableData>;
  readonly meta: Map<string, unknown>;
  readonly known: KnownIds;
  seq: number;
}

/** An empty database. */
export function residentState(): ResidentState {
  return { tables: new Map(), meta: new Map(), known: new KnownIds(), seq: 0 };
}

/** A session over tables in memory, whose commits are kept by nothing else. */
export class ResidentSession implements DriverSession {
  readonly #state: ResidentState;
  readonly #closed: () => void;
  readonly reservations: Reservations = new Reservations();
  readonly overlay: Overlay;

  constructor(state: ResidentState, source: string, closed: () => void) {
    this.#state = state;
    this.#closed = closed;
    this.overlay = new Overlay(new ResidentTables(state.tables), state.known, source);
  }

  get seq(): number {
    return this.#state.seq;
  }
  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]> {
    this.overlay.enter(undefined);
    // The answer is of the kind that was asked.
    return this.overlay.answer(request) as Answers[R["ask"]];
  }
  /** Makes what a hold has in place a commit. */
  settle({ id }: CommitInfo): number {
    this.overlay.keep();
    this.#state.known.add(id);
    return ++this.#state.seq;
  }
  hold(): Hold {
    return new ResidentHold(this);
  }
  tables(): readonly FoundTable[] {
    return foundTables(this.#state.tables);
  }
  live(): Tables {
    return this.overlay.committed;
  }
  poll(): void {}
  listen(): void {}
  create(tables: readonly TableDef[]): Promise<void> {
    this.overlay.enter(undefined);
    created(this.#state, tables);
    return Promise.resolve();
  }
  compact(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.overlay.enter(undefined);
    this.#closed();
    return Promise.resolve();
  }
}

/** Writes that are put into the tables while their transaction looks, and taken out for others. */
class ResidentHold implements Hold {
  readonly #session: ResidentSession;
  /** The writes of each request. */
  #done: RowEntry[][] = [];

  constructor(session: ResidentSession) {
    this.#session = session;
  }

  park(): RowEntry[] {
    const done = this.#done;
    this.#done = [];
    return done.flat();
  }

  look<T>(make: MakeWork<T>): T {
    const { overlay } = this.#session;
    return overlay.run(make(overlay.enter(this)), this.#done);
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Maybe<Committed<T>> {
    const blocked = this.#session.reservations.blocks(this);
    return blocked ? this.#commitLater(info, make) : this.#commitNow(info, make);
  }
  async #commitLater<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    const { reservations } = this.#session;
    while (reservations.blocks(this)) await reservations.freed;
    return this.#commitNow(info, make);
  }
  #commitNow<T>(info: CommitInfo, make: MakeWork<T>): Committed<T> {
    const session = this.#session;
    let value: T;
    try {
      value = this.look(make);
    } catch (error) {
      this.end();
      throw error;
    }
    if (this.#done.length === 0) {
      this.end();
      return { value, seq: undefined };
    }
    this.#done = [];
    const seq = session.settle(info);
    session.reservations.end(this);
    info.done(seq);
    return { value, seq };
  }

  reserve(ms: number): Promise<void> {
    return this.#session.reservations.reserve(this, ms);
  }

  end(): void {
    if (this.#done.length > 0) this.#session.overlay.enter(undefined);
    this.#session.reservations.end(this);
  }
}
