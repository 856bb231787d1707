import type { Maybe } from "./driver.ts";

/** Who has promises that nobody has asked for yet. */
export interface Waits {
  /** How many they are. */
  unawaited: number;
}

/**
 * A promise, of what is there already or is to come, that knows whether anybody has asked for it: a
 * transaction must not end while a verb is on its own. A promise itself can't tell, as `await` takes it
 * without asking.
 */
export class Pending<T> implements Promise<T> {
  readonly #value: Maybe<T>;
  #waits: Waits | undefined;

  constructor(value: Maybe<T>, waits: Waits) {
    this.#value = value;
    this.#waits = waits;
    waits.unawaited++;
    // One that nobody awaits is told by the transaction.
    if (value instanceof Promise) value.catch(nothing);
  }
  #await(): Promise<T> {
    if (this.#waits) this.#waits.unawaited--;
    this.#waits = undefined;
    const value = this.#value;
    return value instanceof Promise ? value : Promise.resolve(value);
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
