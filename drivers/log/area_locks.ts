import type { AreaGuard } from "./area_guard.ts";
import type { Revision } from "./area_revision.ts";
import { blocked, late, type Locks, takeLock, WebLock } from "./web_lock.ts";

/** How long a commit waits for what others have written. */
const PATIENCE_MS = 15_000;
/** Nothing is seen of a database that another tab has just made; it can also be in another area. */
const MAKING_MS = 1_000;
/** How often it is looked where no event tells. */
const LOOK_MS = 4;

/** What the name of a token says. */
interface Token {
  readonly database: string;
  readonly number: number;
}

/**
 * Web Locks between tabs, whose views of an area differ: a change made in one is seen in another some time
 * later, in the order in which changes were made, and a lock may be there before it.
 *
 * ```text
 * lock    "strata-db <name>"                        exclusive, while somebody writes or has reserved it
 * token   "strata-db <name> <database> <number>"    shared, held by a tab from its last write on
 * ```
 *
 * Who has the lock looks for the highest number in tokens, and waits until its own view has that number.
 */
export class LockGuard implements AreaGuard {
  readonly #locks: Locks;
  readonly #name: string;
  readonly #lock: WebLock;
  readonly #revision: () => Revision | undefined;
  /** Lets go of the token of the last write. */
  #token: (() => void) | undefined;
  /** A page that holds locks can't be put away for later. */
  readonly #hidden = (): void => this.#dropToken();

  /** `revision` gives what is seen now, once there is a whole database. */
  constructor(locks: Locks, name: string, revision: () => Revision | undefined) {
    this.#locks = locks;
    this.#name = `strata-db ${name}`;
    this.#lock = new WebLock(locks, this.#name);
    this.#revision = revision;
    globalThis.addEventListener?.("pagehide", this.#hidden);
  }

  open(): Promise<void> {
    return Promise.resolve();
  }
  run<T>(fn: () => T): Promise<T> {
    return this.#lock.run(async () => {
      await this.#seen();
      return await this.#writing(fn);
    });
  }
  /** The token is there before anything is written. */
  async #writing<T>(fn: () => T): Promise<T> {
    const before = this.#revision();
    const next = (before?.number ?? 0) + 1;
    const name = `${this.#name} ${before?.database ?? "new"} ${next}`;
    const token = await takeLock(this.#locks, name, "shared");
    try {
      return fn();
    } finally {
      if (this.#now()?.number === next) {
        this.#dropToken();
        this.#token = token;
      } else token(); // nothing was written
    }
  }
  #now(): Revision | undefined {
    try {
      return this.#revision();
    } catch {
      return undefined; // nothing was written, as far as anybody can tell
    }
  }
  #dropToken(): void {
    this.#token?.();
    this.#token = undefined;
  }

  /** Waits until everything is seen that was written by those who hold a token. */
  async #seen(): Promise<void> {
    const begin = performance.now();
    for (;;) {
      // Again each time: of a token that stood for no write it may be heard later that it is gone.
      const tokens = await this.#tokens();
      const revision = this.#revision();
      const isSeen = ({ database, number }: Token) =>
        revision && (database !== revision.database || number <= revision.number);
      if (tokens.every(isSeen)) return;
      const ms = performance.now() - begin;
      if (ms > MAKING_MS && !revision) return;
      if (ms > PATIENCE_MS) throw late("what others have written is seen");
      await changed();
    }
  }
  async #tokens(): Promise<Token[]> {
    let held: readonly LockInfo[] | undefined;
    try {
      ({ held } = await this.#locks.query());
    } catch (cause) {
      throw blocked(cause);
    }
    const prefix = `${this.#name} `;
    return (held ?? []).flatMap(({ name }) => {
      if (!name?.startsWith(prefix)) return [];
      const [database = "", number] = name.slice(prefix.length).split(" ");
      return [{ database, number: Number(number) }];
    });
  }

  reserve(ms: number): Promise<() => void> {
    return this.#lock.reserve(ms, () => this.#seen()); // or what is read would be old when it is written
  }
  release(): void {
    this.#lock.release();
  }
  close(): void {
    this.release();
    globalThis.removeEventListener?.("pagehide", this.#hidden);
    // What was written just now is on its way to others a little longer.
    const token = this.#token;
    if (token) setTimeout(token, MAKING_MS);
  }
}

/** Resolves when another tab has changed something, or soon. */
function changed(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, LOOK_MS);
    globalThis.addEventListener?.("storage", done);
    function done() {
      clearTimeout(timer);
      globalThis.removeEventListener?.("storage", done);
      resolve();
    }
  });
}
