import { DataError } from "../schema/errors.ts";
import type { Commit, Topic, Writable } from "../engine/mod.ts";
import { signal, untracked, type ViewLike, type Watching } from "../engine/mod.ts";
import type { Asker, News, Outcome, Wanting } from "./asker.ts";
import type { Answer, Read } from "./driver.ts";

type Status = "loading" | "ready" | "failed";

/** What a view asks a driver, and what becomes of the answers. */
export interface Asked<T> {
  readonly topics: readonly Topic[];
  readonly request: Read;
  /** The result of an answer; `before` itself where that is still right. */
  result(answer: Answer, before: T | undefined, commit: Commit | undefined): T;
  /** What an error of the driver is told as; itself by default. */
  told?(error: unknown): unknown;
  /** Whether writes leave the result as it is. */
  unmoved?(entries: News["entries"], before: T): boolean;
  /** The result that writes lead to; undefined where that can't be told. */
  patched?(entries: News["entries"], before: T, commit: Commit | undefined): (() => T) | undefined;
  /** What of the result is missing after writes; undefined where all has to be asked for. */
  part?(entries: News["entries"], before: T, commit: Commit | undefined): Part<T> | undefined;
}

/** A question for a part of a result. */
export interface Part<T> {
  readonly request: Read;
  /** The result of its answer. */
  result(answer: Answer): T;
}

/**
 * A shared result that a driver is asked for: when it is first watched, and after each commit that can
 * concern it. Commits that come while an answer is on its way are one more question.
 */
export class AskedView<T> implements ViewLike<T>, Wanting {
  readonly #watching: Watching;
  readonly #asker: Asker;
  readonly #asked: Asked<T>;
  readonly #box: Writable<{ value: T | undefined }>;
  readonly #status: Writable<Status> = signal<Status>("loading");
  round = -1;
  #watched = false;
  /** What is asked for instead of all; right for the time of the question alone. */
  #part: Part<T> | undefined;
  #asking = false;
  #again = false;
  /** The time up to which the value is right; -1 while that is unknown. */
  #seq = -1;
  #error: unknown;

  constructor(watching: Watching, asker: Asker, asked: Asked<T>) {
    this.#watching = watching;
    this.#asker = asker;
    this.#asked = asked;
    this.#box = signal<{ value: T | undefined }>({ value: undefined }, {
      watched: () => {
        this.#watched = true;
        watching.add(this);
        this.#ask(true); // whoever watches is about to read it
      },
      unwatched: () => {
        this.#watched = false;
        watching.remove(this);
        asker.drop(this);
        // Computed signals that read it while it was watched know nothing of later commits.
        this.#box.value = { ...this.#box.peek() };
      },
    });
  }

  get topics(): readonly Topic[] {
    return this.#asked.topics;
  }
  get request(): Read {
    return this.#part?.request ?? this.#asked.request;
  }
  get status(): Writable<Status> {
    return this.#status;
  }
  get error(): unknown {
    return this.#error;
  }
  read(): T | undefined {
    void this.#box.value; // now it is watched if a watcher computes
    if (!this.#watched) {
      this.#watching.onCommit(); // a computed signal without watchers is to ask again
      untracked(() => this.#ask(false));
    }
    return this.#box.value.value;
  }
  refresh(): void {
    const { seq, ended } = this.#watching;
    if (ended.peek()) this.take(seq, { value: undefined }, undefined);
    else if (this.#asking) this.#again = true;
    else if (seq !== this.#seq) this.#asker.want(this);
  }
  unmoved({ entries }: News): boolean {
    const { value } = this.#box.peek();
    if (this.#seq < 0 || value === undefined) return false;
    if (!this.#asked.unmoved?.(entries, value)) return false;
    this.#seq = this.#watching.seq;
    return true;
  }

  follow({ entries, commit, since }: News): (() => void) | undefined {
    const { value } = this.#box.peek();
    // Of what was asked for in between nobody knows which of the writes it has seen.
    if (this.#seq < 0 || this.#seq >= since || value === undefined) return undefined;
    const patched = this.#asked.patched?.(entries, value, commit);
    this.#part = patched ? undefined : this.#asked.part?.(entries, value, commit);
    const { seq, ended } = this.#watching;
    if (!patched) return undefined;
    return () => {
      // The answers of others that it waited for may have come when it was closed.
      if (ended.peek()) this.#fail(undefined);
      else this.#set(seq, patched(), value, false);
    };
  }

  #ask(silently: boolean): void {
    this.#part = undefined;
    const { seq, ended } = this.#watching;
    if (ended.peek()) return this.#fail(undefined);
    if (seq === this.#seq) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    const found = this.#asker.one(this);
    if (!(found instanceof Promise)) return this.#take(seq, found, undefined, silently);
    this.#asking = true;
    void found.then((outcome) => {
      this.#asking = false;
      this.#watching.deliver(() => this.take(seq, outcome, undefined));
      if (!this.#again) return;
      this.#again = false;
      if (!this.#watched) return;
      this.#asker.want(this);
      this.#asker.run(undefined);
    });
  }
  take(seq: number, outcome: Outcome, commit: Commit | undefined): void {
    const part = this.#part;
    this.#part = undefined;
    const { ended } = this.#watching;
    if (part && "value" in outcome && !ended.peek()) {
      // What was known was of another time than the answer may be.
      if (seq !== this.#watching.seq) return this.#asker.want(this);
      return this.#set(seq, part.result(outcome.value), this.#box.peek().value, false);
    }
    // A later question may have been answered first.
    if (seq >= this.#seq) this.#take(seq, outcome, commit, false);
  }
  #take(seq: number, outcome: Outcome, commit: Commit | undefined, silently: boolean): void {
    const before = this.#box.peek().value;
    let value: T;
    try {
      this.#watching.check();
      if ("error" in outcome) throw this.#asked.told?.(outcome.error) ?? outcome.error;
      value = this.#asked.result(outcome.value, before, commit);
    } catch (error) {
      return this.#fail(error);
    }
    this.#set(seq, value, before, silently);
  }
  #set(seq: number, value: T, before: T | undefined, silently: boolean): void {
    this.#seq = seq;
    if (silently) this.#box.peek().value = value;
    else if (value !== before) this.#box.value = { value };
    this.#error = undefined;
    this.#status.value = "ready";
  }
  /** Keeps what it has. Who watches next asks again. */
  #fail(error: unknown): void {
    this.#seq = -1;
    let open = true;
    try {
      this.#watching.check();
      this.#error = error;
    } catch (closed) {
      this.#error = closed;
      open = false; // nobody will ever answer
    }
    this.#status.value = "failed";
    // A lock, or what else passes by.
    if (open && this.#watched && error instanceof DataError) this.#asker.retry(this);
  }
}
