import { type Deferred, deferred } from "../../db/deferred.ts";

/** Who may commit next: reservations come in turn, and each ends by itself after a while. */
export class Reservations {
  readonly #waiting: { readonly owner: object; readonly begin: () => void }[] = [];
  #owner: object | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #freed: Deferred<void> = deferred();

  /** Whether somebody else has reserved the next commit. */
  blocks(owner: object): boolean {
    return this.#owner !== undefined && this.#owner !== owner;
  }
  /** Resolves when the reservation of now has ended. */
  get freed(): Promise<void> {
    return this.#freed.promise;
  }

  /** Waits for its turn; then nobody else may commit for `ms` milliseconds, or until `end`. */
  async reserve(owner: object, ms: number): Promise<void> {
    if (this.#owner === owner) return;
    if (this.#owner !== undefined) {
      await new Promise<void>((begin) => this.#waiting.push({ owner, begin }));
    }
    this.#owner = owner;
    this.#timer = setTimeout(() => this.end(owner), ms);
  }

  /** Ends the reservation of `owner`, if it has one. */
  end(owner: object): void {
    const place = this.#waiting.findIndex((item) => item.owner === owner);
    if (place >= 0) this.#waiting.splice(place, 1);
    if (this.#owner !== owner) return;
    clearTimeout(this.#timer);
    const next = this.#waiting.shift();
    this.#owner = next?.owner;
    next?.begin();
    const freed = this.#freed;
    this.#freed = deferred();
    freed.resolve();
  }
}
