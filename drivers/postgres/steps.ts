/** Runs one thing after the other, and nothing after one that failed until something takes that back. */
export class Steps {
  #last: Promise<unknown> = Promise.resolve();
  #failed: { readonly error: unknown } | undefined;

  /** `back` takes back what failed. */
  next<T>(fn: () => Promise<T>, back = false): Promise<T> {
    const done = this.#last.then(async () => {
      if (back) this.#failed = undefined;
      if (this.#failed) throw this.#failed.error;
      try {
        return await fn();
      } catch (error) {
        this.#failed = { error };
        throw error;
      }
    });
    this.#last = done.catch(() => {});
    return done;
  }
}
