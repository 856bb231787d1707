/** So many reads at most are noted before they are written. */
const NOTED = 256;

/** The limits of a cache, and what was read since the last write. */
export class Account {
  readonly #now: () => number;
  /** When entries were read, by key. */
  #noted = new Map<string, number>();
  #last = 0;

  constructor(
    readonly name: string,
    readonly id: number,
    readonly maxEntries: number,
    readonly maxBytes: number,
    now: () => number,
  ) {
    this.#now = now;
  }

  /** A number that goes up with each use, in microseconds, so that clocks of several processes agree. */
  tick(): number {
    return this.#last = Math.max(this.#last + 1, Math.floor(this.#now() * 1_000));
  }
  /** Notes that an entry was read; whether it is time to write what was noted. */
  note(key: string): boolean {
    this.#noted.set(key, this.tick());
    return this.#noted.size >= NOTED;
  }
  /** What was noted, which the caller writes. */
  take(): ReadonlyMap<string, number> {
    const noted = this.#noted;
    this.#noted = new Map();
    return noted;
  }
  /** Gives back what was not written after all. */
  giveBack(noted: ReadonlyMap<string, number>): void {
    for (const [key, used] of noted) if (!this.#noted.has(key)) this.#noted.set(key, used);
  }
}
