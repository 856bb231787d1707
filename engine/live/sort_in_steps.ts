/** Items that are sorted in one step. */
const RUN = 1_024;
/** Items that are merged in one step. */
const STEP = 2_048;

/**
 * Sorts in short steps, each of which gives how many items it has looked at; the result is a new array. Runs
 * are sorted and then merged two by two; those that are in order already are put together as they are.
 */
export function* sortInSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<number, T[]> {
  let from: T[] = [];
  for (let i = 0; i < items.length; i += RUN) {
    const run = items.slice(i, i + RUN).sort(compare);
    for (const item of run) from.push(item);
    yield run.length;
  }
  let to: T[] = [];
  for (let size = RUN; size < from.length; size *= 2) {
    to = [];
    for (let start = 0; start < from.length; start += 2 * size) {
      yield* merge(from, to, start, size, compare);
    }
    from = to;
  }
  return from;
}

/** Appends two neighbouring runs of `from`, at most `size` long each, to `to` as one. */
function* merge<T>(
  from: readonly T[],
  to: T[],
  start: number,
  size: number,
  compare: (a: T, b: T) => number,
): Generator<number, void> {
  const middle = Math.min(start + size, from.length);
  const end = Math.min(middle + size, from.length);
  let left = start;
  let right = middle;
  const [last, first] = [from[middle - 1], from[middle]];
  const inOrder = last === undefined || first === undefined || compare(last, first) <= 0;
  for (let count = 0; left < middle || right < end; count++) {
    if (count === STEP) {
      yield count;
      count = 0;
    }
    const [a, b] = [from[left], from[right]];
    const takesLeft = left < middle &&
      (inOrder || right >= end || a === undefined || b === undefined || compare(a, b) <= 0);
    const next = takesLeft ? a : b;
    if (takesLeft) left++;
    else right++;
    if (next !== undefined) to.push(next);
  }
  yield 1;
}

/** The first `size` items of an order, in short steps as above. */
export function* topInSteps<T>(
  items: readonly T[],
  size: number,
  compare: (a: T, b: T) => number,
): Generator<number, T[]> {
  // Those that come after the last of the first half need not be looked at in the second.
  let top: T[] = [];
  let candidates: T[] = [];
  let last: T | undefined;
  for (const [i, item] of items.entries()) {
    if (last === undefined || compare(item, last) < 0) candidates.push(item);
    if (candidates.length === RUN || i === items.length - 1) {
      top = top.concat(candidates).sort(compare).slice(0, size);
      candidates = [];
      last = top.length === size ? top[size - 1] : undefined;
    }
    if (i % STEP === STEP - 1) yield STEP;
  }
  return top;
}
