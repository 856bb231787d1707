import type { Core } from "./core.ts";
import type { Answer, Request, Work } from "./driver.ts";
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
 * Work that is watched; what it calls of the user's may not use the database. No generator, as each
 * request of each verb passes it, and one that only passes on costs as much as one that works.
 */
export class Watched<T> implements Work<T> {
  readonly #core: Core;
  readonly #work: Work<T>;
  readonly #watch: Watch;
  #asked: Request | undefined;

  constructor(core: Core, work: Work<T>, watch: Watch) {
    this.#core = core;
    this.#work = work;
    this.#watch = watch;
  }

  next(answer?: Answer): IteratorResult<Request, T> {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked) {
      if (this.#core.adopted) checkAnswer(asked, answer);
      this.#watch.answered(asked, answer);
    }
    return this.#to(this.#core.next(this.#work, answer));
  }
  throw(error: unknown): IteratorResult<Request, T> {
    const asked = this.#asked;
    this.#asked = undefined;
    const told = asked && this.#core.adopted ? misread(asked, error) : error;
    if (asked) this.#watch.refused(asked, told);
    return this.#to(this.#core.fail(this.#work, told));
  }
  return(value: T): IteratorResult<Request, T> {
    return this.#work.return(value);
  }
  [Symbol.iterator](): Work<T> {
    return this;
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
