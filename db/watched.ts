import type { Core } from "./core.ts";
import type { Answer, Request, Work } from "./driver.ts";
import { failure } from "./failure.ts";
import type { Thrown } from "./guarded.ts";
import { checkAnswer, misread } from "./misread.ts";

/** Sees the requests of work. */
export interface Watch {
  /** The answer to a request where the driver need not be asked. */
  known(request: Request): Answer | undefined;
  /** Hears what the driver answered. */
  answered(request: Request, answer: Answer): void;
  /** Hears what a request failed with. */
  refused(request: Request, error: unknown): void;
  /** Called when the work has ended well, as its last step. */
  ended(): void;
}

/**
 * Work that is watched; what it calls of the user's may not use the database. With a `note` its requests
 * fail as {@linkcode failure} tells, and what it throws itself is noted there. No generator and one layer
 * for both, as each request of each verb passes it.
 */
export class Watched<T> implements Work<T> {
  readonly note: Thrown | undefined;
  readonly #core: Core;
  readonly #work: Work<T>;
  readonly #watch: Watch;
  #asked: Request | undefined;

  constructor(core: Core, work: Work<T>, watch: Watch, note?: Thrown) {
    this.#core = core;
    this.#work = work;
    this.#watch = watch;
    this.note = note;
  }

  next(answer?: Answer): IteratorResult<Request, T> {
    const asked = this.#asked;
    this.#asked = undefined;
    try {
      if (asked) {
        if (this.#core.adopted) checkAnswer(asked, answer);
        this.#watch.answered(asked, answer);
      }
      return this.#to(this.#core.next(this.#work, answer));
    } catch (error) {
      throw this.#noted(error);
    }
  }
  throw(error: unknown): IteratorResult<Request, T> {
    const asked = this.#asked;
    this.#asked = undefined;
    try {
      const failed = this.note ? failure(error, "no") : error;
      const told = asked && this.#core.adopted ? misread(asked, failed) : failed;
      if (asked) this.#watch.refused(asked, told);
      return this.#to(this.#core.fail(this.#work, told));
    } catch (thrown) {
      throw this.#noted(thrown);
    }
  }
  return(value: T): IteratorResult<Request, T> {
    return this.#work.return(value);
  }
  [Symbol.iterator](): Work<T> {
    return this;
  }
  #noted(error: unknown): unknown {
    if (this.note) this.note.thrown = { error };
    return error;
  }

  /** Answers what is known, up to a request that is not. */
  #to(first: IteratorResult<Request, T>): IteratorResult<Request, T> {
    let step = first;
    while (!step.done) {
      const answer = this.#watch.known(step.value);
      if (answer === undefined) {
        this.#asked = step.value;
        return step;
      }
      step = this.#core.next(this.#work, answer);
    }
    this.#watch.ended();
    return step;
  }
}
