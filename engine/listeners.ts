import type { Commit } from "./commit.ts";

type Listener = (commit: Commit) => void;

/** Who hears of commits: each of one after the other, also when a listener writes. */
export class Listeners {
  readonly #all = new Set<Listener>();
  /** Commits that are still to be told, each with who was listening. */
  readonly #waiting: { readonly commit: Commit; readonly to: readonly Listener[] }[] = [];
  #telling = false;

  get any(): boolean {
    return this.#all.size > 0;
  }
  add(listener: Listener): () => void {
    // A function of its own, so that one listener can be there twice.
    const own = (commit: Commit) => listener(commit);
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }
  clear(): void {
    this.#all.clear();
  }

  /** Puts a commit behind those that are still to be told. */
  push(commit: Commit): void {
    this.#waiting.push({ commit, to: [...this.#all] });
  }
  tell(): void {
    if (this.#telling || this.#waiting.length === 0) return;
    this.#telling = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      for (const listener of next.to) {
        if (!this.#all.has(listener)) continue; // it has unsubscribed meanwhile
        try {
          listener(next.commit);
        } catch (error) {
          console.error(error); // the write is done, and the others are still to hear of it
        }
      }
    }
    this.#telling = false;
  }
}
