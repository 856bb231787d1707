import type { DriverSession, Maybe, Read } from "./driver.ts";
import { signal, untracked, type ViewLike, type Watching } from "../engine/mod.ts";
import type { Topic, Writable } from "../engine/mod.ts";

type Status = "loading" | "ready" | "failed";

/** What a view asks a driver, and what becomes of the answers. */
export interface Asked<T> {
  readonly topics: readonly Topic[];
  readonly request: Read;
  /** The result of an answer; `before` itself where that is still right. */
  result(answer: unknown, before: T | undefined): T;
}

/**
 * A shared result that a driver is asked for: when it is first watched, and after each commit that can
 * concern it. Commits that come while an answer is on its way are one more question.
 */
export class AskedView<T> implements ViewLike<T> {
  readonly #watching: Watching;
  readonly #session: DriverSession;
  readonly #asked: Asked<T>;
  readonly #box: Writable<{ value: T | undefined }>;
  readonly #status: Writable<Status> = signal<Status>("loading");
  #watched = false;
  #asking = false;
  #again = false;
  /** The commit up to which the value is right; -1 before the first answer. */
  #seq = -1;
  #error: unknown;

  constructor(watching: Watching, session: DriverSession, asked: Asked<T>) {
    this.#watching = watching;
    this.#session = session;
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
        // Computed signals that read it while it was watched know nothing of later commits.
        this.#box.value = { ...this.#box.peek() };
      },
    });
  }

  get topics(): readonly Topic[] {
    return this.#asked.topics;
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
    this.#ask(false);
  }

  #ask(silently: boolean): void {
    const { seq } = this.#watching;
    if (seq === this.#seq) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    let answer: Maybe<unknown>;
    try {
      answer = this.#session.ask(this.#asked.request);
    } catch (error) {
      return this.#fail(seq, error);
    }
    if (!(answer instanceof Promise)) return this.#take(seq, answer, silently);
    this.#asking = true;
    const then = (next: () => void) => {
      this.#asking = false;
      next();
      if (!this.#again) return;
      this.#again = false;
      if (this.#watched) this.#ask(false);
    };
    answer.then(
      (value) => then(() => this.#take(seq, value, false)),
      (error) => then(() => this.#fail(seq, error)),
    );
  }
  #take(seq: number, answer: unknown, silently: boolean): void {
    const before = this.#box.peek().value;
    let value: T;
    try {
      value = this.#asked.result(answer, before);
    } catch (error) {
      return this.#fail(seq, error);
    }
    this.#seq = seq;
    if (silently) this.#box.peek().value = value;
    else if (value !== before) this.#box.value = { value };
    this.#error = undefined;
    this.#status.value = "ready";
  }
  #fail(seq: number, error: unknown): void {
    this.#seq = seq;
    this.#error = error;
    this.#status.value = "failed";
  }
}
