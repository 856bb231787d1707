import { snapshotFrames } from "./snapshot.ts";
import type { LogState } from "./state.ts";
import type { Bytes, LogStorage } from "./storage.ts";

/** A log is folded when it has a quarter of all bytes, and so many commits or bytes. */
const SHARE = 1 / 4;
const COMMITS = 500;
const LOG_BYTES = 1 << 20;
/** How long making a snapshot keeps others waiting at a time. */
const SLICE_MS = 8;

/** Folds the log into a snapshot when it has grown, in slices. */
export class Folding {
  readonly #storage: LogStorage;
  readonly #state: () => LogState;
  #folded: number;
  #running: Promise<unknown> | undefined;

  constructor(storage: LogStorage, state: () => LogState) {
    this.#storage = storage;
    this.#state = state;
    this.#folded = 0;
  }

  /** Begins to fold if it is time. */
  look(): void {
    if (this.#running) return;
    const { log, all } = this.#storage.sizes;
    const commits = this.#state().seq - this.#folded;
    if (log < all * SHARE || commits < COMMITS && log < LOG_BYTES || commits === 0) return;
    // One that fails leaves all as it is, and is tried again when as much came again.
    this.fold().catch(() => {});
  }
  /** Folds now. */
  fold(): Promise<void> {
    const running = (this.#running ?? Promise.resolve()).then(() => this.#fold());
    this.#running = running.finally(() => this.#running = undefined).catch(() => {});
    return running;
  }
  /** Resolves when nothing is folded. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #fold(): Promise<void> {
    const state = this.#state();
    const { seq } = state;
    const frames: Bytes[] = [];
    let since = performance.now();
    for (const frame of snapshotFrames(state)) {
      frames.push(frame);
      if (performance.now() - since < SLICE_MS) continue;
      await new Promise((resolve) => setTimeout(resolve, 0));
      since = performance.now();
    }
    try {
      await this.#storage.fold(seq, frames, false);
    } finally {
      this.#folded = seq; // one that failed is not tried again with every commit
    }
  }
}
