/** One that waits to be in the lane. */
interface Waiting {
  /** Whether it goes on with what is open, so that it comes first. */
  readonly first: () => boolean;
  readonly enter: () => void;
}

const never = () => false;

/**
 * Runs one thing after the other, in the order in which they came.
 *
 * Who has something open (`isOpen`) that the next one would have to take back gets one turn of the event
 * loop to go on with it: then its next call comes first, for `mostMs` at most while others wait.
 */
export class Lane {
  readonly #isOpen: () => boolean;
  readonly #mostMs: number;
  readonly #waiting: Waiting[] = [];
  #busy = false;
  /** Since when others let somebody go first. */
  #since: number | undefined;

  constructor(isOpen: () => boolean, mostMs: number) {
    this.#isOpen = isOpen;
    this.#mostMs = mostMs;
  }

  /** Runs `fn` alone; what it throws is its caller's alone, too. */
  async run<T>(fn: () => Promise<T>, first: () => boolean = never): Promise<T> {
    if (this.#busy) await new Promise<void>((enter) => this.#waiting.push({ first, enter }));
    this.#busy = true;
    try {
      return await fn();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#waiting.length === 0) {
      this.#busy = false;
      this.#since = undefined;
    } else if (
      this.#isOpen() && performance.now() - (this.#since ??= performance.now()) < this.#mostMs
    ) {
      if (!this.#next(true)) setTimeout(() => this.#next(true) || this.#next(false), 0);
    } else {
      this.#since = undefined;
      this.#next(false);
    }
  }

  #next(first: boolean): boolean {
    const at = first ? this.#waiting.findIndex((waiting) => waiting.first()) : 0;
    const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (!first) this.#since = undefined;
    next?.enter();
    return next !== undefined;
  }
}
