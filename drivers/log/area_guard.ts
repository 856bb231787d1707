import { Reservations } from "./reservations.ts";

/** Who may write into an area that several have open. */
export interface AreaGuard {
  /** Takes part; called before anything is read. */
  open(): Promise<void>;
  /**
   * Runs `fn`, which does all that it does at once, while nobody else writes, when everything that others
   * have written is seen.
   */
  run<T>(fn: () => T): Promise<T>;
  /** Nobody else writes until this is called, for `ms` milliseconds at most. */
  reserve(ms: number): Promise<() => void>;
  /** Ends what was reserved. */
  release(): void;
  close(): void;
}

/** What was reserved in an area, by the name of the database. */
const reserved = new WeakMap<object, Map<string, Reservations>>();

function reservationsOf(area: object, name: string): Reservations {
  let byName = reserved.get(area);
  if (!byName) reserved.set(area, byName = new Map());
  let reservations = byName.get(name);
  if (!reservations) byName.set(name, reservations = new Reservations());
  return reservations;
}

/**
 * Where one thread alone has the area: what it does at once needs no lock, so that only reservations are
 * to be kept.
 */
export class ThreadGuard implements AreaGuard {
  readonly #reservations: Reservations;

  constructor(area: object, name: string) {
    this.#reservations = reservationsOf(area, name);
  }
  open(): Promise<void> {
    return Promise.resolve();
  }
  async run<T>(fn: () => T): Promise<T> {
    while (this.#reservations.blocks(this)) await this.#reservations.freed;
    return fn();
  }
  async reserve(ms: number): Promise<() => void> {
    await this.#reservations.reserve(this, ms);
    return () => this.release();
  }
  release(): void {
    this.#reservations.end(this);
  }
  close(): void {
    this.release();
  }
}
