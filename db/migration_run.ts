import { quote } from "../schema/errors.ts";

/** Runs a function of the user inside of a call; calls that it makes run at once. */
export type Enter = <T>(fn: () => T | Promise<T>) => Promise<T>;

/**
 * The calls of one step: one after the other, whether or not they are awaited, and none after the step has
 * ended. Calls from inside a function that was given to `each` come before the next row.
 */
export class StepRun {
  #queue: Promise<unknown> = Promise.resolve();
  readonly #pending = new Set<Promise<unknown>>();
  /** The tables whose rows a call is replacing. */
  readonly #walked = new Set<string>();
  readonly #writes: () => number;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  /** `writes` counts what was changed. */
  constructor(writes: () => number) {
    this.#writes = writes;
  }

  /**
   * Runs one call after those before it. When it fails half way, the step fails too, even if the error is
   * caught.
   */
  call<T>(name: string, fn: () => T | Promise<T>): Promise<T> {
    if (this.#ended) {
      return Promise.reject(
        new TypeError(`Cannot call ${name} as a migration is used in its step: the step has ended`),
      );
    }
    const result: Promise<T> = this.#queue.then(async () => {
      const before = this.#writes();
      try {
        return await fn();
      } catch (error) {
        if (this.#writes() !== before) this.#failure ??= { error };
        throw error;
      } finally {
        this.#pending.delete(result);
      }
    });
    this.#queue = result.then(() => {}, () => {});
    this.#pending.add(result);
    return result;
  }

  /** Marks a table while its rows are replaced. */
  async walk(table: string, fn: (enter: Enter) => Promise<void>): Promise<void> {
    this.#walked.add(table);
    try {
      await fn(async (inner) => {
        const outer = this.#queue;
        this.#queue = Promise.resolve();
        try {
          return await inner();
        } finally {
          await this.#queue;
          this.#queue = outer;
        }
      });
    } finally {
      this.#walked.delete(table);
    }
  }
  /** @throws {TypeError} When the rows of the table are being replaced. */
  checkStill(table: string, verb: string): void {
    if (!this.#walked.has(table)) return;
    throw new TypeError(
      `Cannot ${verb} ${quote(table)} as its layout is still while rows are replaced: they are`,
    );
  }

  /**
   * Runs a step to its end.
   *
   * @throws {TypeError} When calls are still running then. Otherwise what the step throws.
   */
  async step(fn: () => unknown): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    try {
      await fn();
    } catch (error) {
      failure = { error };
    }
    this.#ended = true;
    const pending = this.#pending.size > 0;
    if (pending) await Promise.allSettled([...this.#pending]);
    failure ??= this.#failure;
    if (failure) throw failure.error;
    if (pending) {
      throw new TypeError(
        "Cannot end a migration step as all that it does is awaited: a call is still running",
      );
    }
  }
}
