/** Who has promises that nobody has asked for yet. */
export interface Waits {
  /** How many they are. */
  unawaited: number;
}

/**
 * A promise that knows whether anybody has asked for what comes of it: a transaction must not end while
 * a verb is on its own. A promise itself can't tell, as `await` takes it without asking.
 */
export class Pending<T> implements Promise<T> {
  readonly #promise: Promise<T>;
  #waits: Waits | undefined;

  constructor(promise: Promise<T>, waits: Waits) {
    this.#promise = promise;
    this.#waits = waits;
    waits.unawaited++;
    promise.catch(nothing); // one that nobody awaits is told by the transaction
  }
  #await(): Promise<T> {
    if (this.#waits) this.#waits.unawaited--;
    this.#waits = undefined;
    return this.#promise;
  }
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#await().then(fulfilled, rejected);
  }
  catch<B = never>(
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<T | B> {
    return this.#await().then(undefined, rejected);
  }
  finally(settled?: (() => void) | null): Promise<T> {
    return this.#await().finally(settled);
  }
  get [Symbol.toStringTag](): string {
    return "Promise";
  }
}

function nothing(): void {}
