import { unref } from "../../db/unref.ts";

/** How often others are looked for where no event tells. */
const POLL_MS = 250;

/** Those of this thread, which need not wait for an event. */
const here = new Set<AreaNews>();

/** How those that have one database in an area open hear that something was written. */
export class AreaNews {
  readonly #key: string;
  #told: (() => void) | undefined;
  readonly #stored = ({ key }: StorageEvent): void => {
    if (key === null || key === this.#key) this.#told?.();
  };
  /** A page that was put away has missed events. */
  readonly #shown = (): void => this.#told?.();

  /** `key` is that of the item which changes with everything that is written. */
  constructor(key: string) {
    this.#key = key;
    here.add(this);
  }
  /** Tells the others of this thread; those of other tabs get an event. */
  tell(): void {
    for (const other of here) if (other !== this && other.#key === this.#key) other.#told?.();
  }
  /** Calls `told` when there may be something; gives what ends it. */
  listen(told: () => void): () => void {
    this.#told = told;
    const timer: unknown = setInterval(told, POLL_MS);
    unref(timer);
    globalThis.addEventListener?.("storage", this.#stored);
    globalThis.addEventListener?.("pageshow", this.#shown);
    return () => {
      this.#told = undefined;
      clearInterval(timer as number); // as it came
      globalThis.removeEventListener?.("storage", this.#stored);
      globalThis.removeEventListener?.("pageshow", this.#shown);
    };
  }
  close(): void {
    this.#told = undefined;
    here.delete(this);
  }
}
