import type { StoredRow } from "../schema/types.ts";
import type { Slots } from "./slots.ts";

/** Slots a block: an insert moves at most this many, and a search mostly probes ends of blocks. */
const BLOCK = 256;

/** The order of two rows. */
export type CompareRows = (a: StoredRow, b: StoredRow) => number;
/** Where a row stands against a bound: negative before it, 0 on it, positive after it. */
export type Bound = (row: StoredRow) => number;
/** Gets a row; false ends the walk. */
export type Visit = (row: StoredRow) => boolean;

/**
 * A sorted list of slots in blocks:
 *
 *     [ 4 9 1 ] [ 7 3 ] [ 8 2 6 5 ]     at most 256 a block; no block is empty but the only one
 *
 * Positions are numbers that order as the rows do: block x 256 + place.
 */
export class OrderedIndex {
  readonly #blocks: number[][] = [];
  readonly #rows: readonly StoredRow[];
  readonly #compare: CompareRows;

  /** `sorted` are all slots in the order of `compare`, which is total. */
  constructor({ rows }: Slots, compare: CompareRows, sorted: readonly number[]) {
    this.#rows = rows;
    this.#compare = compare;
    // Three quarters full, so that the first inserts split nothing.
    const fill = BLOCK * 3 / 4;
    for (let i = 0; i < sorted.length; i += fill) this.#blocks.push(sorted.slice(i, i + fill));
    if (sorted.length === 0) this.#blocks.push([]);
  }

  /** The position after the last. */
  get end(): number {
    return this.#blocks.length * BLOCK;
  }

  /** The first position whose row is on or after the bound; with `past` after it. */
  seek(bound: Bound, past: boolean): number {
    return past ? this.#bisect((row) => bound(row) <= 0) : this.#bisect((row) => bound(row) < 0);
  }

  /** The first position whose row is not `before`. */
  #bisect(before: (row: StoredRow) => boolean): number {
    const blocks = this.#blocks;
    const all = this.#rows;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) { // the first block whose last row is not before
      const middle = (low + high) >> 1;
      const slots = blocks[middle];
      const last = slots && all[slots[slots.length - 1] ?? -1];
      if (last && before(last)) low = middle + 1;
      else high = middle;
    }
    const slots = blocks[low] ?? [];
    let first = 0;
    let stop = slots.length;
    while (first < stop) {
      const middle = (first + stop) >> 1;
      const row = all[slots[middle] ?? -1];
      if (row && before(row)) first = middle + 1;
      else stop = middle;
    }
    return low * BLOCK + first;
  }

  /** Walks from one position to before another, or back; false when the walk was ended. */
  each(from: number, to: number, desc: boolean, visit: Visit): boolean {
    const all = this.#rows;
    const firstBlock = Math.floor(from / BLOCK);
    const lastBlock = Math.min(Math.floor(to / BLOCK), this.#blocks.length - 1);
    for (let step = 0; step <= lastBlock - firstBlock; step++) {
      const number = desc ? lastBlock - step : firstBlock + step;
      const slots = this.#blocks[number] ?? [];
      const start = number === firstBlock ? from - number * BLOCK : 0;
      const stop = Math.min(slots.length, to - number * BLOCK);
      for (let i = start; i < stop; i++) {
        const row = all[slots[desc ? stop - 1 - (i - start) : i] ?? -1];
        if (row && !visit(row)) return false;
      }
    }
    return true;
  }

  /** The block and the place in it where a row is, or belongs. */
  #find(
    row: StoredRow,
  ): { readonly number: number; readonly slots: number[]; readonly at: number } {
    const compare = this.#compare;
    const position = this.#bisect((other) => compare(other, row) < 0);
    const number = Math.min(Math.floor(position / BLOCK), this.#blocks.length - 1);
    return { number, slots: this.#blocks[number] ?? [], at: position - number * BLOCK };
  }

  /** Adds the slot of a row. */
  insert(slot: number, row: StoredRow): void {
    const { number, slots, at } = this.#find(row);
    slots.splice(at, 0, slot);
    if (slots.length >= BLOCK) this.#blocks.splice(number + 1, 0, slots.splice(BLOCK / 2));
  }

  /** Takes out the slot of a row that is still in it. */
  remove(row: StoredRow): void {
    const { number, slots, at } = this.#find(row);
    slots.splice(at, 1);
    if (slots.length === 0 && this.#blocks.length > 1) this.#blocks.splice(number, 1);
  }
}
