import { signal, untracked, type Writable } from "../signal.ts";
import type { Changes } from "./changes.ts";
import type { Job, Slices } from "./slices.ts";
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

/** A result that comes about in steps. */
export interface Hydrating<T> {
  /** Each gives how many rows it has looked at. */
  readonly steps: Iterator<number, void>;
  /** Remembers a commit that comes between two steps. */
  note(changes: Changes): void;
  /** The result, after the last step. */
  kept(): Kept<T>;
}

/** How a result comes about. */
export interface Upkeep<T> {
  readonly topics: readonly Topic[];
  /** Asks the tables; gives `before` again where that is still right. */
  compute(before: T | undefined, changes?: Changes): T;
  /** Begins to keep the result current; absent where each commit computes it. */
  begin?: ((before: T | undefined, changes?: Changes) => Kept<T>) | undefined;
  /** The same in steps, for a source that has others to see to. */
  hydrate?: ((before: T | undefined) => Hydrating<T>) | undefined;
}

/** So often a result is begun anew because of commits from outside; then it is computed in one go. */
const MOST_BEGUN = 3;

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
  round = -1;
  #watched = false;
  #kept: Kept<T> | undefined;
  /** What is being worked on, a slice at a time. */
  #hydrating: (Hydrating<T> & Job) | undefined;
  /** How often that was begun in a row. */
  #begun = 0;
  /** Whether the value is not that of the last commit, as it takes longer. */
  #late = false;
  /** The commit up to which the value is right; -1 before the first. */
  #seq = -1;
  #error: unknown;
  readonly status: Writable<"loading" | "ready" | "failed"> = signal<
    "loading" | "ready" | "failed"
  >("ready");

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
        this.#halt();
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
    if (this.#hydrating && changes) {
      const { seq } = this.#watching;
      // What began at this commit has seen its writes.
      if (seq !== this.#seq) this.#hydrating.note(changes);
      this.#seq = seq;
      return;
    }
    this.#halt();
    this.#refresh(changes, false);
  }
  #refresh(changes: Changes | undefined, silently: boolean): void {
    const { seq } = this.#watching;
    const before = this.#box.peek().value;
    const begins = this.#watched && !this.#kept && this.#upkeep.begin !== undefined;
    if (seq === this.#seq && !begins && !this.#watching.ended.peek()) return;
    try {
      this.#watching.check();
      this.#late = false;
      const value = this.#next(before, changes);
      // Who has watched it all along goes on with what was there.
      if (this.#late) this.status.value = silently ? "loading" : this.status.peek();
      else this.#set(value, silently);
    } catch (error) {
      this.#fail(error);
    }
  }
  #set(value: T | undefined, silently: boolean): void {
    const box = this.#box.peek();
    if (silently) box.value = value;
    else if (value !== box.value) this.#box.value = { value };
    this.#error = undefined;
    this.status.value = "ready";
  }
  #fail(error: unknown): void {
    this.#kept = undefined;
    this.#error = error;
    this.status.value = "failed";
  }

  #next(before: T | undefined, changes: Changes | undefined): T | undefined {
    const early = this.#watching.early(this);
    this.#seq = early ? -1 : this.#watching.seq;
    if (this.#kept && changes) return this.#kept.advance(changes);
    const { begin, compute, hydrate } = this.#upkeep;
    if (!begin || !this.#watched) return compute(before, changes);
    const { slices } = this.#watching;
    if (hydrate && slices) return this.#hydrate(hydrate(before), slices, early) ?? before;
    if (early) return compute(before, changes);
    this.#kept = begin(before, changes);
    return this.#kept.result;
  }

  /** Begins to work on a result; undefined when it takes more than a slice. */
  #hydrate(made: Hydrating<T>, slices: Slices, early: boolean): T | undefined {
    this.#kept = undefined;
    if (early) {
      // It is begun anew in a moment.
      this.#late = !slices.attempt(made.steps);
      return this.#late ? undefined : made.kept().result;
    }
    const job = { ...made, done: (failure?: { readonly error: unknown }) => this.#done(failure) };
    // Commits from outside may come again and again.
    const waits = ++this.#begun <= MOST_BEGUN;
    if (waits && !slices.begin(job)) {
      this.#hydrating = job;
      this.#late = true;
      return undefined;
    }
    while (!job.steps.next().done);
    this.#begun = 0;
    this.#kept = made.kept();
    return this.#kept.result;
  }
  #done(failure: { readonly error: unknown } | undefined): void {
    this.#watching.deliver(() => {
      const made = this.#hydrating;
      this.#hydrating = undefined;
      this.#begun = 0;
      if (failure) return this.#fail(failure.error);
      this.#kept = made?.kept();
      this.#set(this.#kept?.result, false);
    });
  }
  #halt(): void {
    if (this.#hydrating) this.#watching.slices?.drop(this.#hydrating);
    this.#hydrating = undefined;
  }
}
