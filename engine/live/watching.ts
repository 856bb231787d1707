import type { Commit, Entry, RowWrite, ValueEntry } from "../commit.ts";
import { batch, signal, type Writable } from "../signal.ts";
import { Changes } from "./changes.ts";
import type { Slices } from "./slices.ts";
import { type Topic, Topics } from "./topics.ts";

/** What live queries need to know of their source. */
export interface LiveSource {
  /** Another number after each commit. */
  readonly seq: number;
  /** Whether tables hold writes that are no commit yet. */
  readonly inTransaction: boolean;
  /** Present where others are to have their turn while a result begins. */
  readonly slices?: Slices;
}

/** What a commit does to a view, whatever its result. */
export interface Watched {
  readonly topics: readonly Topic[];
  /** The round in which it was last found, so that each round finds it once. */
  round: number;
  /** Brings it up to date; `changes` are those since it last was. */
  refresh(changes?: Changes): void;
}

const NOBODY: readonly Watched[] = [];

/**
 * The watched views of a source. After a commit those that it can concern are brought up to it
 * in one batch, so that effects over several of them never see one new and one old.
 */
export class Watching {
  readonly #source: LiveSource;
  /** Where results begin a slice at a time. */
  readonly slices: Slices | undefined;
  readonly #topics = new Topics<Watched>();
  /** Views that were computed inside a transaction, whose writes may yet be taken back. */
  readonly #early = new Set<Watched>();
  readonly #tick = signal(0);
  /** Whether the source is closed; views keep what they have. */
  readonly ended: Writable<boolean> = signal(false);
  #why: unknown;
  /** What the commit at hand has changed. */
  #changes: Changes | undefined;
  /** Shared views by what was asked; who is gone is dropped. */
  readonly #shared = new Map<string, WeakRef<object>>();
  readonly #gone = new FinalizationRegistry<string>((key) => {
    if (!this.#shared.get(key)?.deref()) this.#shared.delete(key);
  });

  constructor(source: LiveSource) {
    this.#source = source;
    this.slices = source.slices;
  }

  get seq(): number {
    return this.#source.seq;
  }
  /** Subscribes to every commit. */
  onCommit(): void {
    void this.#tick.value;
  }
  /** Whether tables hold writes that are no commit yet; a view of them is computed again after it. */
  early(view: Watched): boolean {
    if (this.#source.inTransaction) this.#early.add(view);
    return this.#source.inTransaction;
  }

  /** @throws What the source was closed with. */
  check(): void {
    if (this.ended.peek()) throw this.#why;
  }
  /** Takes in that the source was closed: views fail with `error`. */
  end(error: unknown): void {
    this.#why = error;
    this.deliver(() => {
      this.ended.value = true;
      this.#tick.value = this.#tick.peek() + 1;
      this.#topics.all();
      this.#topics.take((view) => view.refresh());
    });
  }

  add(view: Watched): void {
    this.#topics.add(view);
  }
  remove(view: Watched): void {
    this.#topics.remove(view);
    this.#early.delete(view);
  }

  /** The view that others have for the same key, or a new one. */
  share<V extends object>(key: string, make: () => V): V {
    const known = this.#shared.get(key)?.deref();
    // The key says what a view computes, so equal keys have one type.
    if (known) return known as V;
    const made = make();
    this.#shared.set(key, new WeakRef(made));
    this.#gone.register(made, key);
    return made;
  }

  /** Whether anything is watched. */
  get any(): boolean {
    return this.#topics.any;
  }

  /** Brings views up to commits whose writes are known, and in the tables. */
  readonly committed = (entries: readonly Entry[], commit: Commit | undefined): void => {
    for (const entry of entries) this.#topics.touched(entry);
    this.#refresh(new Changes(entries, commit));
  };
  /** The same for writes of which views can learn no more than that they concern them. */
  touched(entries: readonly (RowWrite | ValueEntry)[], about: readonly unknown[]): void {
    for (const entry of entries) this.#topics.touched(entry);
    for (const on of about) this.#topics.about(on);
    this.#refresh(undefined);
  }
  #refresh(changes: Changes | undefined): void {
    this.#changes = changes;
    this.deliver(this.#update);
  }
  /** Made once, as each commit runs it. */
  readonly #update = (): void => {
    const early = this.#early.size > 0 ? [...this.#early] : NOBODY;
    if (early !== NOBODY) this.#early.clear();
    this.#tick.value = this.#tick.peek() + 1;
    for (const view of early) view.refresh();
    this.#topics.take(this.#bring);
    this.#changes = undefined; // effects may write
  };
  readonly #bring = (view: Watched): void => view.refresh(this.#changes);
  /** Changes results in one batch. */
  deliver(change: () => void): void {
    try {
      batch(change);
    } catch (error) {
      console.error(error); // an effect's; the write is done
    }
  }
}
