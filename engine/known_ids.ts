/** How many ids are remembered. */
const REMEMBERED = 10_000;

/** Ids of commits that are in, so that a record comes in once; the oldest are forgotten. */
export class KnownIds {
  readonly #ids = new Set<string>();
  // A ring: looking for the oldest in a Set walks over all that was deleted before it.
  readonly #ring: string[] = [];
  #next = 0;

  has(id: string): boolean {
    return this.#ids.has(id);
  }
  /** From the oldest to the latest. */
  [Symbol.iterator](): Iterator<string> {
    return this.#ids.values();
  }
  add(id: string): void {
    if (this.#ids.has(id)) return;
    this.#ids.delete(this.#ring[this.#next] ?? "");
    this.#ids.add(id);
    this.#ring[this.#next] = id;
    this.#next = (this.#next + 1) % REMEMBERED;
  }
  /** At most `count` of them, those that came last. */
  last(count: number): string[] {
    return [...this.#ids].slice(-count);
  }
}
