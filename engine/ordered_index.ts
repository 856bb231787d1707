import type { StoredRow } from "../schema/types.ts";

/** Slots a block: an insert moves at most this many numbers, a search looks at their count by halves. */
const BLOCK = 512;

/** The order of two rows. */
export type CompareRows = (a: StoredRow, b: StoredRow) => number;
/** Where a row stands against a bound: negative before it, 0 on it, positive after it. */
export type Bound = (row: StoredRow) => number;
/** Gets a row; false ends the walk. */
export type Visit = (row: StoredRow) => boolean;

/** Rows in an order. Positions are numbers that order as the rows do. */
export interface RowOrder {
  /** The first position whose row is on or after the bound; with `past` after it. */
  seek(bound: Bound, past: boolean): number;
  /** Walks from one position to before another, or back; false when the walk was ended. */
  each(from: number, to: number, desc: boolean, visit: Visit): boolean;
  /** The position after the last. */
  readonly end: number;
}

interface Block {
  readonly slots: Uint32Array;
  length: number;
}

/**
 * A sorted list of slots in blocks:
 *
 *     [ 4 9 1 . ] [ 7 3 . . ] [ 8 2 6 5 ]     each block at most 512 slots, in order
 *
 * A slot is a row's place in its table, so an update that leaves the columns of the index alone
 * costs the index nothing. A position is block x 512 + place.
 */
export class OrderedIndex implements RowOrder {
  #blocks: Block[] = [];
  readonly #rows: readonly (StoredRow | undefined)[];
  readonly #compare: CompareRows;

  /** `sorted` are the slots of `rows` in the order of `compare`, which is total. */
  constructor(rows: readonly (StoredRow | undefined)[], compare: CompareRows, sorted: Uint32Array) {
    this.#rows = rows;
    this.#compare = compare;
    // Three quarters full, so that the first inserts split nothing.
    const fill = BLOCK * 3 / 4;
    for (let i = 0; i < sorted.length; i += fill) {
      this.#blocks.push(block(sorted.subarray(i, i + fill)));
    }
    if (this.#blocks.length === 0) this.#blocks.push(block(new Uint32Array(0)));
  }

  get end(): number {
    return this.#blocks.length * BLOCK;
  }

  #row(at: Block, i: number): StoredRow {
    const row = this.#rows[at.slots[i] ?? -1];
    if (row) return row;
    throw new Error("Cannot read an index as its slots hold rows: one is empty");
  }

  seek(bound: Bound, past: boolean): number {
    const before = (row: StoredRow): boolean => {
      const order = bound(row);
      return past ? order <= 0 : order < 0;
    };
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) { // the first block whose last row is not before the bound
      const middle = (low + high) >> 1;
      const at = this.#blocks[middle];
      if (at && before(this.#row(at, at.length - 1))) low = middle + 1;
      else high = middle;
    }
    const at = this.#blocks[low];
    if (!at) return 0;
    let first = 0;
    let last = at.length;
    while (first < last) {
      const middle = (first + last) >> 1;
      if (before(this.#row(at, middle))) first = middle + 1;
      else last = middle;
    }
    return low * BLOCK + first;
  }

  each(from: number, to: number, desc: boolean, visit: Visit): boolean {
    const rows = this.#rows;
    const firstBlock = Math.floor(from / BLOCK);
    const lastBlock = Math.min(Math.floor(to / BLOCK), this.#blocks.length - 1);
    for (let step = 0; step <= lastBlock - firstBlock; step++) {
      const number = desc ? lastBlock - step : firstBlock + step;
      const at = this.#blocks[number];
      if (!at) continue;
      const start = number === firstBlock ? from - number * BLOCK : 0;
      const stop = Math.min(at.length, to - number * BLOCK);
      for (let i = start; i < stop; i++) {
        const row = rows[at.slots[desc ? stop - 1 - (i - start) : i] ?? -1];
        if (row && !visit(row)) return false;
      }
    }
    return true;
  }

  /** Adds the slot of a row that is in place already. */
  insert(slot: number, row: StoredRow): void {
    const position = this.seek((other) => this.#compare(other, row), false);
    const number = Math.min(Math.floor(position / BLOCK), this.#blocks.length - 1);
    const at = this.#blocks[number];
    if (!at) return;
    const i = position - number * BLOCK;
    if (at.length === BLOCK) {
      const half = block(at.slots.subarray(BLOCK / 2));
      at.length = BLOCK / 2;
      this.#blocks.splice(number + 1, 0, half);
      if (i > BLOCK / 2) put(half, i - BLOCK / 2, slot);
      else put(at, i, slot);
    } else put(at, i, slot);
  }

  /** Takes out the slot of a row that is still in place. */
  remove(row: StoredRow): void {
    const position = this.seek((other) => this.#compare(other, row), false);
    const number = Math.floor(position / BLOCK);
    const at = this.#blocks[number];
    if (!at) return;
    at.slots.copyWithin(position - number * BLOCK, position - number * BLOCK + 1, at.length);
    at.length--;
    if (at.length === 0 && this.#blocks.length > 1) this.#blocks.splice(number, 1);
  }

  /** Gives each slot its new number; their order is the same. */
  renumber(to: Uint32Array): void {
    for (const at of this.#blocks) {
      for (let i = 0; i < at.length; i++) at.slots[i] = to[at.slots[i] ?? 0] ?? 0;
    }
  }
}

function block(slots: Uint32Array): Block {
  const made: Block = { slots: new Uint32Array(BLOCK), length: slots.length };
  made.slots.set(slots);
  return made;
}

function put(at: Block, i: number, slot: number): void {
  at.slots.copyWithin(i + 1, i, at.length);
  at.slots[i] = slot;
  at.length++;
}

/** The rows of a table whose slots are in key order, as an order; empty slots are passed over. */
export class SlotOrder implements RowOrder {
  /** `start` is a slot before which all are empty, as in a queue. */
  constructor(readonly rows: readonly (StoredRow | undefined)[], readonly start: number) {}

  get end(): number {
    return this.rows.length;
  }

  seek(bound: Bound, past: boolean): number {
    let low = this.start;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      let probe = middle; // the next row at or after the middle
      while (probe < high && !this.rows[probe]) probe++;
      const row = this.rows[probe];
      if (probe === high || !row) {
        high = middle;
        continue;
      }
      const order = bound(row);
      if (past ? order <= 0 : order < 0) low = probe + 1;
      else high = middle;
    }
    return low;
  }

  each(from: number, to: number, desc: boolean, visit: Visit): boolean {
    from = Math.max(from, this.start);
    for (let i = from; i < to; i++) {
      const row = this.rows[desc ? to - 1 - (i - from) : i];
      if (row && !visit(row)) return false;
    }
    return true;
  }
}
