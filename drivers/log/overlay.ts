import type { KnownIds } from "../../engine/known_ids.ts";
import type { RowEntry, Tables } from "../../engine/mod.ts";
import type { Answer, Read, Request, Work } from "../../db/driver.ts";
import { type ResidentTables, takeBack } from "./answers.ts";

/** Whose writes may be in the tables although nobody else may see them. */
export interface Holder {
  /** Its writes are about to be taken back; gives them. It can do them again. */
  park(): RowEntry[];
}

/** Tables in memory with the writes of one holder at most in place. */
export class Overlay {
  readonly tables: ResidentTables;
  readonly #known: KnownIds;
  readonly #source: string;
  #holding: Holder | undefined;

  constructor(tables: ResidentTables, known: KnownIds, source: string) {
    this.tables = tables;
    this.#known = known;
    this.#source = source;
  }

  /** Makes the tables what a holder sees, or everybody; whether its writes were in place all along. */
  enter(holder: Holder | undefined): boolean {
    if (this.#holding === holder) return true;
    if (this.#holding) takeBack(this.#holding.park());
    this.#holding = holder;
    return false;
  }
  /** Whether the writes of a holder are in place. */
  holds(holder: Holder): boolean {
    return this.#holding === holder;
  }
  /** What the holder has in place is everybody's from now on. */
  keep(): void {
    this.#holding = undefined;
  }

  /** The tables without what anybody holds back. */
  readonly committed: Tables = {
    data: (def) => {
      this.enter(undefined);
      return this.tables.data(def);
    },
  };

  answer(request: Read): Answer {
    return request.ask === "known"
      ? this.#known.has(request.id)
      : this.tables.answer(request, this.#source);
  }
  /** Runs work on the tables as they are; `done` gets the writes of each request. */
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
    if (request.ask !== "write") return this.answer(request);
    done.push(this.tables.write(request.effects));
    return undefined;
  }
}
