import type { Commit, Entry } from "../commit.ts";
import type { Engine } from "../engine.ts";
import { batch, signal } from "../signal.ts";
import type { View } from "./view.ts";

/** What a commit does to a view, whatever its result. */
export interface Watched {
  readonly topics: readonly unknown[];
  /** Whether a write to a topic can change it. */
  concerns(entry: Entry): boolean;
  refresh(): void;
}

/**
 * The watched views of an engine, by what concerns them: a table's data, or the name of a value.
 * After a commit those that it touched are computed in one batch, so that effects over several
 * of them never see one new and one old.
 */
export class Watching {
  readonly #engine: Engine;
  readonly #byTopic = new Map<unknown, Set<Watched>>();
  readonly #tick = signal(0);
  /** Shared views by what was asked; who is gone is dropped. */
  readonly #shared = new Map<string, WeakRef<object>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (!this.#shared.get(key)?.deref()) this.#shared.delete(key);
  });
  /** The commit that is being told, for deltas. */
  commit: Commit | undefined;

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

  add(view: Watched): void {
    for (const topic of view.topics) {
      const views = this.#byTopic.get(topic);
      if (views) views.add(view);
      else this.#byTopic.set(topic, new Set([view]));
    }
  }
  remove(view: Watched): void {
    for (const topic of view.topics) {
      const views = this.#byTopic.get(topic);
      views?.delete(view);
      if (views?.size === 0) this.#byTopic.delete(topic);
    }
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
    const touched = new Set<Watched>();
    for (const entry of entries) {
      const topic = "value" in entry ? entry.value : entry.data;
      for (const view of this.#byTopic.get(topic) ?? []) {
        if (!touched.has(view) && view.concerns(entry)) touched.add(view);
      }
    }
    const outer = this.commit;
    this.commit = commit;
    try {
      batch(() => {
        this.#tick.value++;
        for (const view of touched) view.refresh();
      });
    } catch (error) {
      console.error(error); // an effect's; the write is done
    } finally {
      this.commit = outer;
    }
  }
}
