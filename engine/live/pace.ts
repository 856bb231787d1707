/** Where time comes from for work in slices. */
export interface SliceClock {
  /** Milliseconds. */
  now(): number;
  /** Calls `run` when everybody else had a turn; gives what ends that. */
  later(run: () => void): () => void;
}

/** How work that would keep others waiting is cut. */
export interface Pace {
  readonly clock: SliceClock;
  /** How long it keeps others waiting at a time. */
  readonly sliceMs: number;
  /** So many rows are looked at before the clock is, so that small results come at once on any machine. */
  readonly freeRows: number;
  /** Rows of one step, after which the clock is looked at. */
  readonly stepRows: number;
  /** A table of so many rows is put in order at once. */
  readonly mostAtOnce: number;
}

const USUAL: Pace = {
  clock: {
    now: () => performance.now(),
    later(run) {
      const timer = setTimeout(run, 0);
      return () => clearTimeout(timer);
    },
  },
  sliceMs: 8,
  freeRows: 1_000,
  stepRows: 128,
  mostAtOnce: 4_096,
};
let current: Pace = USUAL;

/** The pace there is. */
export function pace(): Pace {
  return current;
}
/** Sets another pace for live queries that begin from now on, the usual one by default; for tests. */
export function setPace(other: Partial<Pace> = {}): void {
  current = { ...USUAL, ...other };
}
