import type { Places } from "./places.ts";

/** Items that are sorted in one step. */
const RUN = 1_024;
/** Items that are looked at in one step. */
const STEP = 2_048;

/**
 * Items that are being sorted: their numbers among all, and the places that order as they do, but for ties.
 * These are no objects, so that nobody has to look through millions of them while garbage is collected.
 */
interface Sorting {
  readonly order: Uint32Array;
  readonly places: Float64Array;
}

function sorting(length: number): Sorting {
  return { order: new Uint32Array(length), places: new Float64Array(length) };
}

/**
 * Sorts in short steps, each of which gives how many items it has looked at; the result is another array,
 * or that of the items where these are in order. Runs are sorted and then merged two by two; those that are
 * in order already are put together as they are.
 */
export function* sortInSteps<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  places?: Places<T>,
): Generator<number, readonly T[]> {
  if (yield* areInOrder(items, compare)) return items;
  const first = items[0];
  const last = items[items.length - 1];
  if (places && first !== undefined && last !== undefined) {
    places.settle(first, last);
    for (let i = 0; i < items.length; i++) {
      const item = items[i];
      if (item !== undefined) places.meet(item);
      if (i % STEP === STEP - 1) yield STEP;
    }
  }
  const among = (a: number, b: number): number => {
    const [one, other] = [items[a], items[b]];
    return one === undefined || other === undefined ? 0 : compare(one, other);
  };
  let from = sorting(items.length);
  for (let i = 0; i < items.length; i += RUN) {
    sortRun(items, i, from, places, among);
    yield RUN;
  }
  let to = sorting(items.length);
  for (let size = RUN; size < items.length; size *= 2) {
    for (let start = 0; start < items.length; start += 2 * size) {
      yield* merge(from, to, start, size, among);
    }
    [from, to] = [to, from];
  }
  const sorted: T[] = new Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const item = items[from.order[i] ?? 0];
    if (item !== undefined) sorted[i] = item;
    if (i % STEP === STEP - 1) yield STEP;
  }
  return sorted;
}

function* areInOrder<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
): Generator<number, boolean> {
  for (let i = 1; i < items.length; i++) {
    const [before, item] = [items[i - 1], items[i]];
    if (before !== undefined && item !== undefined && compare(before, item) > 0) return false;
    if (i % STEP === STEP - 1) yield STEP;
  }
  return true;
}

function sortRun<T>(
  items: readonly T[],
  start: number,
  { order, places: all }: Sorting,
  places: Places<T> | undefined,
  among: (a: number, b: number) => number,
): void {
  const run: { readonly i: number; readonly place: number }[] = [];
  for (let i = start; i < Math.min(start + RUN, items.length); i++) {
    const item = items[i];
    run.push({ i, place: places && item !== undefined ? places.of(item) : 0 });
  }
  run.sort((a, b) => a.place < b.place ? -1 : a.place > b.place ? 1 : among(a.i, b.i));
  for (const [at, { i, place }] of run.entries()) {
    order[start + at] = i;
    all[start + at] = place;
  }
}

/** Merges two neighbouring runs, at most `size` long each, into the same places of `to`. */
function* merge(
  from: Sorting,
  to: Sorting,
  start: number,
  size: number,
  among: (a: number, b: number) => number,
): Generator<number, void> {
  const { length } = from.order;
  const middle = Math.min(start + size, length);
  const end = Math.min(middle + size, length);
  const isAfter = (a: number, b: number): boolean => {
    const [x, y] = [from.places[a] ?? 0, from.places[b] ?? 0];
    return x !== y ? x > y : among(from.order[a] ?? 0, from.order[b] ?? 0) > 0;
  };
  if (middle >= end || !isAfter(middle - 1, middle)) {
    // In order already.
    to.order.set(from.order.subarray(start, end), start);
    to.places.set(from.places.subarray(start, end), start);
    yield 1;
    return;
  }
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const next = left < middle && (right >= end || !isAfter(left, right)) ? left++ : right++;
    to.order[at] = from.order[next] ?? 0;
    to.places[at] = from.places[next] ?? 0;
    if ((at - start) % STEP === STEP - 1) yield STEP;
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
