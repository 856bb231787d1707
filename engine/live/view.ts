import { signal, untracked, type Writable } from "../signal.ts";
import type { Changes } from "./changes.ts";
import type { Topic } from "./topics.ts";
import type { Watching } from "./watching.ts";

/** A result that commits bring up to date. */
export interface Kept<T> {
  readonly result: T;
  /** Takes a commit in; what throws leaves the result as it was, and is thrown away. */
  advance(changes: Changes): T;
  /** Called when no further commit comes. */
  keep(): void;
}

/** How a result comes about. */
export interface Upkeep<T> {
  readonly topics: readonly Topic[];
  /** Asks the tables; gives `before` again where that is still right. */
  compute(before: T | undefined, changes?: Changes): T;
  /** Begins to keep the result current; absent where each commit computes it. */
  begin?: ((before: T | undefined, changes?: Changes) => Kept<T>) | undefined;
}

/**
 * A result that is shared by everyone who asks for the same.
 *
 * While it is watched the source holds it and each commit that concerns it brings it up to date.
 * Without a watcher nothing holds it: a reader computes it when there was a commit since.
 */
export class View<T> {
  readonly #watching: Watching;
  readonly #upkeep: Upkeep<T>;
  /** In a box, so that readers can be made to ask again without another value. */
  readonly #box: Writable<{ value: T | undefined }>;
  #watched = false;
  #kept: Kept<T> | undefined;
  /** The commit up to which the value is right; -1 before the first. */
  #seq = -1;
  #error: unknown;
  readonly status: Writable<"ready" | "failed"> = signal<"ready" | "failed">("ready");

  constructor(watching: Watching, upkeep: Upkeep<T>) {
    this.#watching = watching;
    this.#upkeep = upkeep;
    this.#box = signal<{ value: T | undefined }>({ value: undefined }, {
      watched: () => {
        this.#watched = true;
        watching.add(this);
        this.#refresh(undefined, true); // whoever watches is about to read it
      },
      unwatched: () => {
        this.#watched = false;
        watching.remove(this);
        this.#kept?.keep();
        this.#kept = undefined;
        // Computed signals that read it while it was watched know nothing of later commits.
        this.#box.value = { ...this.#box.peek() };
      },
    });
  }

  get topics(): readonly Topic[] {
    return this.#upkeep.topics;
  }
  /** The result, undefined when it could never be computed; subscribes whoever computes. */
  read(): T | undefined {
    void this.#box.value; // now it is watched if a watcher computes
    if (!this.#watched) {
      this.#watching.onCommit(); // a computed signal without watchers is to ask again
      untracked(() => this.refresh());
    }
    return this.#box.value.value;
  }
  get error(): unknown {
    return this.#error;
  }

  /** Brings the value up to the last commit, whose changes are `changes` if it is known before. */
  refresh(changes?: Changes): void {
    this.#refresh(changes, false);
  }
  #refresh(changes: Changes | undefined, silently: boolean): void {
    const { seq } = this.#watching;
    const before = this.#box.peek().value;
    const begins = this.#watched && !this.#kept && this.#upkeep.begin !== undefined;
    if (seq === this.#seq && !begins && !this.#watching.ended.peek()) return;
    try {
      this.#watching.check();
      const value = this.#next(before, changes);
      if (silently) this.#box.peek().value = value;
      else if (value !== before) this.#box.value = { value };
      this.#error = undefined;
      this.status.value = "ready";
    } catch (error) {
      this.#kept = undefined;
      this.#error = error;
      this.status.value = "failed";
    }
  }

  #next(before: T | undefined, changes: Changes | undefined): T {
    const early = this.#watching.early(this);
    this.#seq = early ? -1 : this.#watching.seq;
    if (this.#kept && changes) return this.#kept.advance(changes);
    const { begin, compute } = this.#upkeep;
    if (!begin || !this.#watched || early) return compute(before, changes);
    this.#kept = begin(before, changes);
    return this.#kept.result;
  }
}
