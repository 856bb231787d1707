import type { StoredRow } from "../schema/types.ts";

/** Rows a block: an insert moves at most this many, a search halves them. */
const BLOCK = 512;

/** The order of two rows. */
export type CompareRows = (a: StoredRow, b: StoredRow) => number;
/** Where a row stands against a bound: negative before it, 0 on it, positive after it. */
export type Bound = (row: StoredRow) => number;
/** Gets a row; false ends the walk. */
export type Visit = (row: StoredRow) => boolean;

/**
 * A sorted list of rows in blocks:
 *
 *     [ a c d ] [ f g ] [ k m n p ]     at most 512 a block; no block is empty but the only one
 *
 * Positions are numbers that order as the rows do: block x 512 + place.
 */
export class OrderedIndex {
  readonly #blocks: StoredRow[][] = [];
  readonly #compare: CompareRows;

  /** `sorted` is in the order of `compare`, which is total. */
  constructor(compare: CompareRows, sorted: readonly StoredRow[]) {
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
    // With `past` a row on the bound is before what is sought.
    const limit = past ? 0 : -1;
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) { // the first block whose last row is not before it
      const middle = (low + high) >> 1;
      const last = blocks[middle]?.at(-1);
      if (last && Math.sign(bound(last)) <= limit) low = middle + 1;
      else high = middle;
    }
    const rows = blocks[low] ?? [];
    let first = 0;
    let stop = rows.length;
    while (first < stop) {
      const middle = (first + stop) >> 1;
      const row = rows[middle];
      if (row && Math.sign(bound(row)) <= limit) first = middle + 1;
      else stop = middle;
    }
    return low * BLOCK + first;
  }

  /** Walks from one position to before another, or back; false when the walk was ended. */
  each(from: number, to: number, desc: boolean, visit: Visit): boolean {
    const firstBlock = Math.floor(from / BLOCK);
    const lastBlock = Math.min(Math.floor(to / BLOCK), this.#blocks.length - 1);
    for (let step = 0; step <= lastBlock - firstBlock; step++) {
      const number = desc ? lastBlock - step : firstBlock + step;
      const rows = this.#blocks[number] ?? [];
      const start = number === firstBlock ? from - number * BLOCK : 0;
      const stop = Math.min(rows.length, to - number * BLOCK);
      for (let i = start; i < stop; i++) {
        const row = rows[desc ? stop - 1 - (i - start) : i];
        if (row && !visit(row)) return false;
      }
    }
    return true;
  }

  /** The block and the place in it where a row is, or belongs. */
  #find(
    row: StoredRow,
  ): { readonly number: number; readonly rows: StoredRow[]; readonly at: number } {
    const position = this.seek((other) => this.#compare(other, row), false);
    const number = Math.min(Math.floor(position / BLOCK), this.#blocks.length - 1);
    return { number, rows: this.#blocks[number] ?? [], at: position - number * BLOCK };
  }

  insert(row: StoredRow): void {
    const { number, rows, at } = this.#find(row);
    rows.splice(at, 0, row);
    if (rows.length >= BLOCK) this.#blocks.splice(number + 1, 0, rows.splice(BLOCK / 2));
  }

  remove(row: StoredRow): void {
    const { number, rows, at } = this.#find(row);
    rows.splice(at, 1);
    if (rows.length === 0 && this.#blocks.length > 1) this.#blocks.splice(number, 1);
  }

  /** Puts `next` where `row` is; they are equal in this order. */
  replace(row: StoredRow, next: StoredRow): void {
    const { rows, at } = this.#find(row);
    rows[at] = next;
  }
}
