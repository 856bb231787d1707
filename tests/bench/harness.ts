/**
 * Times pieces of work against each other: interleaved rounds in one process, so that what
 * slows the machine down slows all of them down.
 *
 * @module
 */
export interface Task {
  readonly name: string;
  /** One sample; it does `ops` operations. */
  run(round: number): unknown;
  /** Whether `run` gives the microseconds that count, since only a part of it does. */
  readonly timesItself?: boolean;
  readonly ops: number;
  /** Around each sample, not timed. */
  before?(): unknown;
  after?(): unknown;
}

export interface Figures {
  /** Microseconds an operation. */
  readonly min: number;
  readonly median: number;
  readonly p75: number;
}

export interface Work {
  readonly title: string;
  readonly figures: ReadonlyMap<string, Figures>;
}

export interface Rounds {
  readonly warmUp: number;
  readonly rounds: number;
  /** What is collected before each sample, so that nobody pays for the one before. */
  readonly garbage: "minor" | "major";
}

/** Each round runs every task once, beginning with another one each time. */
export async function compare(
  title: string,
  tasks: readonly Task[],
  { warmUp, rounds, garbage }: Rounds,
): Promise<Work> {
  const samples = new Map(tasks.map((task): [string, number[]] => [task.name, []]));
  for (let round = 0; round < warmUp + rounds; round++) {
    for (let i = 0; i < tasks.length; i++) {
      const task = tasks[(i + round) % tasks.length];
      if (task === undefined) continue;
      await task.before?.();
      collectGarbage(garbage);
      const start = performance.now();
      let result = task.run(round);
      // A synchronous contestant does not pay for a turn of the event loop.
      if (result instanceof Promise) result = await result;
      const took = (performance.now() - start) * 1_000;
      const all = task.timesItself && typeof result === "number" ? result : took;
      const micros = all / task.ops;
      await task.after?.();
      if (round >= warmUp) samples.get(task.name)?.push(micros);
    }
  }
  return {
    title,
    figures: new Map([...samples].map(([name, all]) => [name, figuresOf(all)])),
  };
}

export function figuresOf(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  return { min: at(sorted, 0), median: at(sorted, 0.5), p75: at(sorted, 0.75) };
}

/** Between two samples by distance. */
function at(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Needs `--v8-flags=--expose-gc`. */
export function collectGarbage(type: "minor" | "major"): void {
  // `gc` is there under that flag, and the libraries do not declare it.
  const { gc } = globalThis as { readonly gc?: (options: { readonly type: string }) => void };
  if (gc === undefined) throw new Error("Cannot collect garbage as V8 runs: use --expose-gc");
  gc({ type });
}
