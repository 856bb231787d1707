import { snapshotFrames } from "./snapshot.ts";
import type { LogState } from "./state.ts";
import type { Bytes, LogStorage } from "./storage.ts";

/**
 * A log is folded when it has a quarter of all bytes, and so many commits or bytes; or when half of the
 * rows of a database of so many bytes are gone.
 */
const SHARE = 1 / 4;
const COMMITS = 500;
const LOG_BYTES = 1 << 20;
/** How long making a snapshot keeps others waiting at a time. */
const SLICE_MS = 8;

/** Folds the log into a snapshot when it has grown, in slices. */
export class Folding {
  readonly #storage: LogStorage;
  readonly #state: () => LogState;
  /** The last commit that was folded, and how many rows there were. */
  #folded: number;
  #rows: number;
  #running: Promise<unknown> | undefined;

  constructor(storage: LogStorage, state: () => LogState) {
    this.#storage = storage;
    this.#state = state;
    this.#folded = 0;
    this.#rows = rowsIn(state());
  }

  /** Begins to fold if it is time. */
  look(): void {
    if (this.#running) return;
    const { log, all } = this.#storage.sizes;
    const commits = this.#state().seq - this.#folded;
    if (commits === 0) return;
    const grown = log >= all * SHARE && (commits >= COMMITS || log >= LOG_BYTES);
    const shrunk = all >= LOG_BYTES && rowsIn(this.#state()) * 2 < this.#rows;
    if (!grown && !shrunk) return;
    // One that fails leaves all as it is, and is tried again when as much came again.
    this.fold().catch(() => {});
  }
  /** Begins to fold where that gives back space. */
  relieve(): void {
    const { log, all } = this.#storage.sizes;
    if (!this.#running && log >= all * SHARE) this.fold().catch(() => {}); // as above
  }
  /** Folds now. */
  fold(): Promise<void> {
    return this.alone(() => this.#fold());
  }
  /** Runs what puts a snapshot in place while no other is made, which would lack what that one has. */
  alone(fn: () => Promise<void>): Promise<void> {
    const running = (this.#running ?? Promise.resolve()).then(fn);
    this.#running = running.finally(() => {
      this.#running = undefined;
      this.look(); // it may have been time meanwhile
    }).catch(() => {});
    return running;
  }
  /** Resolves when nothing is folded. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #fold(): Promise<void> {
    const state = this.#state();
    const { seq } = state;
    const rows = rowsIn(state);
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
      this.#rows = rows;
      this.#folded = seq; // one that failed is not tried again with every commit
    }
  }
}

function rowsIn({ tables }: LogState): number {
  let rows = 0;
  for (const { size } of tables.values()) rows += size;
  return rows;
}
