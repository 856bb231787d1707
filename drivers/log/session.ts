import { KnownIds } from "../../engine/known_ids.ts";
import type { RowEntry, TableData } from "../../engine/mod.ts";
import type {
  Answer,
  Answers,
  CommitInfo,
  Committed,
  DriverSession,
  FoundTable,
  Hold,
  MakeWork,
  Maybe,
  Read,
  Request,
  Work,
} from "../../db/driver.ts";
import { ResidentTables, takeBack } from "./answers.ts";
import { foundTables } from "./change.ts";
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

/** A session over tables in memory. */
export class ResidentSession implements DriverSession {
  readonly #state: ResidentState;
  readonly #source: string;
  readonly #tables: ResidentTables;
  readonly #reservations = new Reservations();
  /** Whose writes are in the tables although nobody else may see them. */
  #holding: ResidentHold | undefined;
  readonly #closed: () => void;

  constructor(state: ResidentState, source: string, closed: () => void) {
    this.#state = state;
    this.#source = source;
    this.#tables = new ResidentTables(state.tables);
    this.#closed = closed;
  }

  get seq(): number {
    return this.#state.seq;
  }
  get reservations(): Reservations {
    return this.#reservations;
  }

  ask<R extends Read>(request: R): Maybe<Answers[R["ask"]]> {
    this.enter(undefined);
    return this.#answer(request) as Answers[R["ask"]]; // the answer is of the kind that was asked
  }
  #answer(request: Read): Answer {
    return request.ask === "known"
      ? this.#state.known.has(request.id)
      : this.#tables.answer(request, this.#source);
  }

  /** Makes the tables what a hold sees, or everybody; whether its writes were in place all along. */
  enter(hold: ResidentHold | undefined): boolean {
    if (this.#holding === hold) return true;
    if (this.#holding) takeBack(this.#holding.park().flat());
    this.#holding = hold;
    return false;
  }
  /** Runs work on the tables as they are. */
  run<T>(work: Work<T>, done: RowEntry[][]): T {
    let step = work.next();
    while (!step.done) {
      let answer: Answer;
      try {
        answer = this.#perform(step.value, done);
      } catch (error) {
        step = work.throw(error);
        continue;
      }
      step = work.next(answer);
    }
    return step.value;
  }
  #perform(request: Request, done: RowEntry[][]): Answer {
    if (request.ask !== "write") return this.#answer(request);
    done.push(this.#tables.write(request.effects));
    return undefined;
  }

  /** Makes what a hold wrote everybody's. */
  settle({ id }: CommitInfo): number {
    this.#holding = undefined;
    this.#state.known.add(id);
    return ++this.#state.seq;
  }

  hold(): Hold {
    return new ResidentHold(this);
  }
  tables(): readonly FoundTable[] {
    return foundTables(this.#state.tables);
  }
  poll(): void {}
  listen(): void {}
  compact(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.enter(undefined);
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

  /** What is to be taken back; the transaction does it again when it looks next. */
  park(): RowEntry[][] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  look<T>(make: MakeWork<T>): T {
    const kept = this.#session.enter(this);
    return this.#session.run(make(kept), this.#done);
  }

  async commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    const session = this.#session;
    while (session.reservations.blocks(this)) await session.reservations.freed;
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
    if (this.#done.length > 0) this.#session.enter(undefined);
    this.#session.reservations.end(this);
  }
}
