import { DataError } from "../../schema/errors.ts";

/** How long it is waited for a lock. */
const PATIENCE_MS = 15_000;

/** What is needed of a lock manager. */
export type Locks = Pick<LockManager, "request" | "query">;

/**
 * Takes a Web Lock; gives what lets it go.
 *
 * @throws {DataError} With code `"timeout"` when others keep it, `"unavailable"` when the browser refuses.
 */
export function takeLock(locks: Locks, name: string, mode: LockMode): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    const taken = () => {
      clearTimeout(timer);
      return new Promise<void>((release) => resolve(release));
    };
    locks.request(name, { mode, signal: patience.signal }, taken).catch((cause) => {
      clearTimeout(timer);
      reject(patience.signal.aborted ? late("others let it go in time") : blocked(cause));
    });
  });
}

/** A Web Lock that one at a time has, for one piece of work or reserved for a while. */
export class WebLock {
  readonly #locks: Locks;
  readonly #name: string;
  #release: (() => void) | undefined;
  /** What was reserved has ended while it was in use. */
  #ended = false;
  #using = 0;
  /** Resolves when the reservation that is asked for has begun, or not. */
  #reserving: Promise<unknown> | undefined;
  /** Within a reservation one piece of work comes after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(locks: Locks, name: string) {
    this.#locks = locks;
    this.#name = name;
  }

  /** Runs `fn` with the lock; within a reservation with that one. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    // What is asked for after a reservation would get the lock after it, and is a part of it.
    await this.#reserving;
    let release: (() => void) | undefined;
    if (!this.#release) release = await takeLock(this.#locks, this.#name, "exclusive");
    this.#using++;
    try {
      const done = this.#last.then(fn);
      this.#last = done.catch(() => {}); // who waits for it meets it
      return await done;
    } finally {
      this.#using--;
      if (this.#ended) this.release();
      release?.();
    }
  }
  /** Has the lock for `ms` milliseconds at most, or until what this gives is called; `begin` runs first. */
  async reserve(ms: number, begin?: () => Promise<void>): Promise<() => void> {
    const begun = this.#reserve(ms, begin);
    this.#reserving = begun.catch(() => {}); // told to who reserves
    await begun;
    return () => this.release();
  }
  async #reserve(ms: number, begin: (() => Promise<void>) | undefined): Promise<void> {
    if (this.#release) return;
    const release = await takeLock(this.#locks, this.#name, "exclusive");
    try {
      await begin?.();
    } catch (error) {
      release();
      throw error;
    }
    this.#ended = false;
    const timer = setTimeout(() => this.release(), ms);
    this.#release = () => {
      clearTimeout(timer);
      release();
    };
  }
  /** Ends what was reserved, after what runs. */
  release(): void {
    if (this.#using > 0 && this.#release) {
      this.#ended = true;
      return;
    }
    this.#ended = false;
    this.#release?.();
    this.#release = undefined;
  }
}

/** The error of what took too long. */
export function late(rule: string): DataError {
  return new DataError("timeout", `Cannot lock the database as ${rule}: it took too long`, {
    committed: "no",
  });
}

/** The error of a browser that refuses locks. */
export function blocked(cause: unknown): DataError {
  return new DataError(
    "unavailable",
    "Cannot lock the database as the browser lets it: it does not",
    {
      ...{ cause, committed: "no" },
    },
  );
}
