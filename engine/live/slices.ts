import { pace } from "./pace.ts";

/** Work in short steps, each of which gives how many rows it has looked at. */
export interface Job {
  readonly steps: Iterator<number, void>;
  /** Called after the last step, or with what one threw; not for what was done at once. */
  done(failure: { readonly error: unknown } | undefined): void;
}

/**
 * Does work in slices of 8 ms at most. What is begun is worked on at once; all that is begun in one go
 * shares a slice, and what isn't done then goes on in later turns of the event loop.
 */
export class Slices {
  readonly #mayRun: () => boolean;
  readonly #jobs = new Set<Job>();
  /** The slice at hand: when it began, and how many rows it has looked at. */
  #slice: { since: number; rows: number } | undefined;
  #cancel: (() => void) | undefined;

  /** `mayRun` says whether what jobs look at is in a state that they may see. */
  constructor(mayRun: () => boolean) {
    this.#mayRun = mayRun;
  }

  /**
   * Works on a job at once; true when it is done. Else it goes on later.
   *
   * @throws What a step throws.
   */
  begin(job: Job): boolean {
    if (this.attempt(job.steps)) return true;
    this.#jobs.add(job);
    this.#schedule();
    return false;
  }
  /** The same without going on. */
  attempt(steps: Iterator<number, void>): boolean {
    if (!this.#slice) {
      this.#slice = { since: pace().clock.now(), rows: 0 };
      queueMicrotask(() => this.#slice = undefined);
    }
    return this.#work(steps, this.#slice, pace().freeRows);
  }
  /** Forgets a job. */
  drop(job: Job): void {
    this.#jobs.delete(job);
    if (this.#jobs.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    this.#cancel ??= pace().clock.later(() => {
      this.#cancel = undefined;
      this.#run();
      if (this.#jobs.size > 0) this.#schedule();
    });
  }
  #run(): void {
    const slice = this.#slice = { since: pace().clock.now(), rows: 0 };
    for (const job of this.#jobs) {
      let failure: { readonly error: unknown } | undefined;
      try {
        // A watcher of the job before may have written.
        if (!this.#mayRun() || !this.#work(job.steps, slice, 0)) break;
      } catch (error) {
        failure = { error };
      }
      this.#jobs.delete(job);
      job.done(failure);
    }
    this.#slice = undefined;
  }
  /** Takes steps until the slice is over; true when there are no more. */
  #work(
    steps: Iterator<number, void>,
    slice: { since: number; rows: number },
    free: number,
  ): boolean {
    for (;;) {
      if (slice.rows > free && pace().clock.now() - slice.since >= pace().sliceMs) return false;
      const step = steps.next();
      if (step.done) return true;
      slice.rows += step.value;
    }
  }
}
