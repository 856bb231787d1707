import { type Pace, setPace } from "../../engine/live/pace.ts";

/** Slices that begin when a test says so, each of one step. */
export interface ManualPace extends Disposable {
  /** Runs the slices that wait now; false when there are none. */
  turn(): boolean;
  /** How many slices have run. */
  readonly turns: number;
  /** How often the clock was looked at. */
  readonly moments: number;
}

/** Sets the pace until it is disposed. */
export function manualPace(pace: Partial<Pace> = {}): ManualPace {
  const waiting = new Set<() => void>();
  let now = 0;
  let turns = 0;
  const clock = {
    now: () => now++,
    later(run: () => void) {
      waiting.add(run);
      return () => void waiting.delete(run);
    },
  };
  setPace({ clock, sliceMs: 0, freeRows: -1, stepRows: 1, mostAtOnce: 0, ...pace });
  return {
    turn() {
      const all = [...waiting];
      waiting.clear();
      for (const run of all) {
        turns++;
        run();
      }
      return all.length > 0;
    },
    get turns() {
      return turns;
    },
    get moments() {
      return now;
    },
    [Symbol.dispose]: () => setPace(),
  };
}
