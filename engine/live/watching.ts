import type { Commit, Entry } from "../commit.ts";
import type { Engine } from "../engine.ts";
import { batch, signal } from "../signal.ts";
import { Changes } from "./changes.ts";
import { type Topic, Topics } from "./topics.ts";
import type { View } from "./view.ts";

/** What a commit does to a view, whatever its result. */
export interface Watched {
  readonly topics: readonly Topic[];
  /** Brings it up to date; `changes` are those since it last was. */
  refresh(changes?: Changes): void;
}

/**
 * The watched views of an engine. After a commit those that it can concern are brought up to it
 * in one batch, so that effects over several of them never see one new and one old.
 */
export class Watching {
  readonly #engine: Engine;
  readonly #topics = new Topics<Watched>();
  /** Views that were computed inside a transaction, whose writes may yet be taken back. */
  readonly #early = new Set<Watched>();
  readonly #tick = signal(0);
  /** Those that the commit at hand can concern; empty between commits. */
  readonly #touched = new Set<Watched>();
  /** Shared views by what was asked; who is gone is dropped. */
  readonly #shared = new Map<string, WeakRef<object>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (!this.#shared.get(key)?.deref()) this.#shared.delete(key);
  });

  constructor(engine: Engine) {
    this.#engine = engine;
    engine.watch = (entries, commit) => this.#committed(entries, commit);
  }

  get seq(): number {
    return this.#engine.seq;
  }
  /** Subscribes to every commit. */
  onCommit(): void {
    void this.#tick.value;
  }
  /** Whether tables hold writes that are no commit yet; a view of them is computed again after it. */
  early(view: Watched): boolean {
    if (this.#engine.inTransaction) this.#early.add(view);
    return this.#engine.inTransaction;
  }

  add(view: Watched): void {
    this.#topics.add(view);
  }
  remove(view: Watched): void {
    this.#topics.remove(view);
    this.#early.delete(view);
  }

  /** The view that others have for the same key, or a new one. */
  share<T>(key: string, make: () => View<T>): View<T> {
    const known = this.#shared.get(key)?.deref();
    // The key says what a view computes, so equal keys have one type.
    if (known) return known as View<T>;
    const made = make();
    this.#shared.set(key, new WeakRef(made));
    this.#gone.register(made, key);
    return made;
  }

  #committed(entries: readonly Entry[], commit: Commit | undefined): void {
    const touched = this.#touched;
    for (const entry of entries) this.#topics.touched(entry, touched);
    const early = this.#early.size > 0 ? [...this.#early] : [];
    this.#early.clear();
    const changes = new Changes(entries, commit);
    try {
      batch(() => {
        this.#tick.value++;
        for (const view of early) view.refresh();
        for (const view of touched) view.refresh(changes);
        touched.clear(); // effects may write
      });
    } catch (error) {
      console.error(error); // an effect's; the write is done
    }
  }
}
