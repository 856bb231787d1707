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

interface Block {
  readonly slots: number[];
  /** A number for each slot that orders as the rows do, but for ties; see `sortKey`. */
  readonly keys: number[];
}

/**
 * A sorted list of slots in blocks:
 *
 *     [ 4 9 1 ] [ 7 3 ] [ 8 2 6 5 ]     at most 256 a block; no block is empty but the only one
 *
 * Positions are numbers that order as the rows do: block x 256 + place.
 */
export class OrderedIndex {
  readonly #blocks: Block[] = [];
  readonly #rows: readonly (StoredRow | undefined)[];
  readonly #compare: CompareRows;
  readonly #keyOf: (row: StoredRow) => number;

  /**
   * An index over all rows in `slots`. `compare` is total and keeps the order of `keyOf`;
   * `sortBy` is what it needs to decide where rows come in the order of their slots.
   */
  constructor(
    { rows }: Slots,
    compare: CompareRows,
    keyOf: (row: StoredRow) => number,
    sortBy: CompareRows,
  ) {
    this.#rows = rows;
    this.#compare = compare;
    this.#keyOf = keyOf;
    const keys = new Float64Array(rows.length);
    const sorted: number[] = [];
    rows.forEach((row, slot) => {
      if (!row) return;
      keys[slot] = keyOf(row);
      sorted.push(slot);
    });
    sorted.sort((a, b) => {
      const x = keys[a] ?? 0;
      const y = keys[b] ?? 0;
      if (x !== y) return x < y ? -1 : 1;
      const one = rows[a];
      const other = rows[b];
      return one && other ? sortBy(one, other) : 0;
    });
    // Three quarters full, so that the first inserts split nothing.
    const fill = BLOCK * 3 / 4;
    for (let i = 0; i < Math.max(sorted.length, 1); i += fill) {
      const slots = sorted.slice(i, i + fill);
      this.#blocks.push({ slots, keys: slots.map((slot) => keys[slot] ?? 0) });
    }
  }

  /** The position after the last. */
  get end(): number {
    return this.#blocks.length * BLOCK;
  }

  /** The first position whose row is on or after the bound; with `past` after it. */
  seek(bound: Bound, past: boolean): number {
    const all = this.#rows;
    return this.#bisect(({ slots }, i) => {
      const row = all[slots[i] ?? -1];
      const order = row ? bound(row) : 0;
      return past ? order <= 0 : order < 0;
    });
  }

  /** The first position whose row is not `before`. */
  #bisect(before: (block: Block, i: number) => boolean): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) { // the first block whose last row is not before
      const middle = (low + high) >> 1;
      const block = blocks[middle];
      if (block && before(block, block.slots.length - 1)) low = middle + 1;
      else high = middle;
    }
    const block = blocks[low];
    let first = 0;
    let stop = block ? block.slots.length : 0;
    while (block && first < stop) {
      const middle = (first + stop) >> 1;
      if (before(block, middle)) first = middle + 1;
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
      const slots = this.#blocks[number]?.slots ?? [];
      const start = number === firstBlock ? from - number * BLOCK : 0;
      const stop = Math.min(slots.length, to - number * BLOCK);
      for (let i = start; i < stop; i++) {
        const row = all[slots[desc ? stop - 1 - (i - start) : i] ?? -1];
        if (row && !visit(row)) return false;
      }
    }
    return true;
  }

  /** The position where a row is, or belongs. */
  #find(row: StoredRow, key: number): number {
    const all = this.#rows;
    const compare = this.#compare;
    return this.#bisect(({ slots, keys }, i) => {
      const other = keys[i] ?? 0;
      if (other !== key) return other < key;
      const there = all[slots[i] ?? -1];
      return there !== undefined && compare(there, row) < 0;
    });
  }

  /** Adds the slot of a row. */
  insert(slot: number, row: StoredRow): void {
    const key = this.#keyOf(row);
    const position = this.#find(row, key);
    const number = Math.min(Math.floor(position / BLOCK), this.#blocks.length - 1);
    const block = this.#blocks[number];
    if (!block) return;
    block.slots.splice(position - number * BLOCK, 0, slot);
    block.keys.splice(position - number * BLOCK, 0, key);
    if (block.slots.length < BLOCK) return;
    const half = { slots: block.slots.splice(BLOCK / 2), keys: block.keys.splice(BLOCK / 2) };
    this.#blocks.splice(number + 1, 0, half);
  }

  /** Takes out the slot of a row that is still in it. */
  remove(row: StoredRow): void {
    const position = this.#find(row, this.#keyOf(row));
    const number = Math.floor(position / BLOCK);
    const block = this.#blocks[number];
    if (!block) return;
    block.slots.splice(position - number * BLOCK, 1);
    block.keys.splice(position - number * BLOCK, 1);
    if (block.slots.length === 0 && this.#blocks.length > 1) this.#blocks.splice(number, 1);
  }
}
