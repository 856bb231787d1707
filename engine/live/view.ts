import { signal, untracked, type Writable } from "../signal.ts";
import type { Entry, RowEntry } from "../commit.ts";
import type { Watching } from "./watching.ts";

/**
 * A result that is shared by everyone who asks for the same.
 *
 * While it is watched the source holds it and each commit that concerns it computes it anew.
 * Without a watcher nothing holds it: a reader computes it when there was a commit since.
 */
export class View<T> {
  readonly #watching: Watching;
  readonly #compute: (before: T | undefined) => T;
  readonly #concern: ((entry: RowEntry, result: T | undefined) => boolean) | undefined;
  /** In a box, so that readers can be made to ask again without another value. */
  readonly #box: Writable<{ readonly value: T | undefined }>;
  #watched = false;
  /** The commit up to which the value is right; -1 before the first. */
  #seq = -1;
  #error: unknown;
  readonly status: Writable<"ready" | "failed"> = signal<"ready" | "failed">("ready");

  /**
   * `compute` gives its last result again where that is still right; `topics` as in `Watching`;
   * `concern` rules out writes that change nothing.
   */
  constructor(
    watching: Watching,
    readonly topics: readonly unknown[],
    compute: (before: T | undefined) => T,
    concern?: (entry: RowEntry, result: T | undefined) => boolean,
  ) {
    this.#concern = concern;
    this.#watching = watching;
    this.#compute = compute;
    this.#box = signal<{ readonly value: T | undefined }>({ value: undefined }, {
      watched: () => {
        this.#watched = true;
        watching.add(this);
        this.refresh();
      },
      unwatched: () => {
        this.#watched = false;
        watching.remove(this);
        // Computed signals that read it while it was watched know nothing of later commits.
        this.#box.value = { ...this.#box.peek() };
      },
    });
  }

  /** The result, undefined when it could never be computed; subscribes whoever computes. */
  read(): T | undefined {
    if (!this.#watched) {
      this.#watching.onCommit(); // a computed signal without watchers is to ask again
      untracked(() => this.refresh());
    }
    return this.#box.value.value;
  }
  /** Whether a write to a topic can change the result. */
  concerns(entry: Entry): boolean {
    const right = this.#concern && this.#error === undefined;
    return !right || "value" in entry || this.#concern?.(entry, this.#box.peek().value) !== false;
  }
  get error(): unknown {
    return this.#error;
  }

  /** Brings the value up to the last commit. */
  refresh(): void {
    const { seq } = this.#watching;
    if (seq === this.#seq) return;
    this.#seq = seq;
    try {
      const before = this.#box.peek().value;
      const value = this.#compute(before);
      if (value !== before) this.#box.value = { value };
      this.#error = undefined;
      this.status.value = "ready";
    } catch (error) {
      this.#error = error;
      this.status.value = "failed";
    }
  }
}
