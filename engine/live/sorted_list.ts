import type { Places } from "./places.ts";

/** Items a block: an insert moves at most this many. */
const BLOCK = 256;
/** Items of a block that is loaded: three quarters, so that the first inserts split nothing. */
const FILL = BLOCK * 3 / 4;

/** How many more places a block has than items when it is loaded. */
const ROOM = 16;

interface Block<T, V> {
  readonly items: T[];
  /** A number for each item that orders as the items do, but for ties, and room for more; made at the first look. */
  places: Float64Array | undefined;
  /** What belongs to each item; absent where nothing does. */
  readonly values: (V | undefined)[] | undefined;
}

/**
 * A sorted list that knows positions:
 *
 *     blocks   [ a b c ] [ d e ] [ f g h i ]      at most 256 a block, none is empty
 *     counts       3        2         4           as a Fenwick tree
 *     ends         c        e         i           their places alone
 *
 * {@linkcode SortedList.locate} points at an item or where it belongs; the other verbs act there.
 * Each costs O(log n), and looks at an item only where its place says nothing: in a large list every look
 * waits for memory.
 */
export class SortedList<T, V = never> {
  readonly #compare: (a: T, b: T) => number;
  readonly #places: Places<T> | undefined;
  readonly #valued: boolean;
  #blocks: Block<T, V>[] = [];
  #ends: number[] = [];
  /** `#tree[i]` counts the items of the blocks from `i - (i & -i)` to before `i`. */
  #tree: number[] = [0];
  /** How many blocks there were when places were given. */
  #settled = 0;
  #block = 0;
  #place = 0;
  /** The place of the item that was located last. */
  #at = 0;
  length = 0;

  /** `compare` is total: equal items are the same item. With `valued` each item may have a value. */
  constructor(compare: (a: T, b: T) => number, places?: Places<T>, valued = false) {
    this.#compare = compare;
    this.#places = places;
    this.#valued = valued;
  }

  /** Replaces all items; these are in order, and `valueAt` gives what belongs to each. */
  load(sorted: readonly T[], valueAt?: (i: number) => V | undefined): void {
    const steps = this.loadInSteps(sorted, valueAt);
    while (!steps.next().done);
  }
  /** The same in steps, each of which gives how many items it has looked at. */
  *loadInSteps(
    sorted: readonly T[],
    valueAt?: (i: number) => V | undefined,
  ): Generator<number, void> {
    const places = this.#places;
    const [first] = sorted;
    const last = sorted[sorted.length - 1];
    if (first !== undefined && last !== undefined) places?.settle(first, last);
    const blocks: Block<T, V>[] = [];
    for (let i = 0; i < sorted.length; i += FILL) {
      const items = sorted.slice(i, i + FILL);
      blocks.push({
        items,
        places: undefined,
        values: this.#valued ? items.map((_, j) => valueAt?.(i + j)) : undefined,
      });
      yield FILL;
    }
    this.#blocks = blocks;
    this.#ends = blocks.map((block) => this.#endOf(block));
    this.length = sorted.length;
    this.#settled = blocks.length;
    this.#count();
  }

  #endOf({ items, places }: Block<T, V>): number {
    const last = items[items.length - 1];
    if (last === undefined || !this.#places) return 0;
    return places ? places[items.length - 1] ?? 0 : this.#places.of(last);
  }
  #count(): void {
    const tree = [0];
    for (const { items } of this.#blocks) tree.push(items.length);
    for (let i = 1; i < tree.length; i++) {
      const parent = i + (i & -i);
      if (parent < tree.length) tree[parent] = (tree[parent] ?? 0) + (tree[i] ?? 0);
    }
    this.#tree = tree;
  }
  #add(block: number, count: number): void {
    const tree = this.#tree;
    for (let i = block + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] ?? 0) + count;
    this.length += count;
  }
  /** Gives places anew where the list has doubled, since its items may have less in common. */
  #settle(): void {
    const { first, last } = this;
    const places = this.#places;
    if (!places || first === undefined || last === undefined) return;
    if (this.#blocks.length < 2 * this.#settled) return;
    this.#settled = this.#blocks.length;
    places.settle(first, last);
    for (const block of this.#blocks) block.places = undefined;
    this.#ends = this.#blocks.map((block) => this.#endOf(block));
  }

  /** Points at the item that is equal, and gives it, or at the place where it belongs. */
  locate(item: T): T | undefined {
    const at = this.#at = this.#places ? this.#places.of(item) : 0;
    const blocks = this.#blocks;
    const ends = this.#ends;
    const compare = this.#compare;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) { // the first block whose last item is not before
      const middle = (low + high) >> 1;
      const end = ends[middle] ?? 0;
      if (end < at || end === at && this.#isBefore(blocks[middle], -1, item)) low = middle + 1;
      else high = middle;
    }
    this.#block = low;
    const block = blocks[low];
    this.#place = 0;
    if (!block) return undefined;
    const { items } = block;
    const places = block.places ??= placesFor(items, this.#places);
    let first = 0;
    let stop = items.length;
    while (first < stop) {
      const middle = (first + stop) >> 1;
      const place = places[middle] ?? 0;
      if (place < at || place === at && this.#isBefore(block, middle, item)) first = middle + 1;
      else stop = middle;
    }
    this.#place = first;
    const found = items[first];
    if (found === undefined || found === item) return found;
    return places[first] === at && compare(found, item) === 0 ? found : undefined;
  }
  #isBefore(block: Block<T, V> | undefined, place: number, item: T): boolean {
    const other = block?.items[place < 0 ? block.items.length - 1 : place];
    return other !== undefined && other !== item && this.#compare(other, item) < 0;
  }
  /** How many items are before the place that is pointed at. */
  get rank(): number {
    let rank = this.#place;
    for (let i = this.#block; i > 0; i -= i & -i) rank += this.#tree[i] ?? 0;
    return rank;
  }
  /** What belongs to the item that is pointed at. */
  get value(): V | undefined {
    return this.#blocks[this.#block]?.values?.[this.#place];
  }
  /** Puts an equal item into the place that is pointed at. */
  put(item: T, value?: V): void {
    const block = this.#blocks[this.#block];
    if (!block) return;
    block.items[this.#place] = item;
    if (block.values) block.values[this.#place] = value;
  }
  /** Inserts the item that was located last at the place that is pointed at. */
  insert(item: T, value?: V): void {
    const block = this.#blocks[this.#block];
    if (!block) return this.load([item], () => value);
    const { items, values } = block;
    if (this.#place === items.length) this.#ends[this.#block] = this.#at;
    items.splice(this.#place, 0, item);
    let { places } = block;
    if (places && places.length < items.length) places = block.places = roomier(places);
    places?.copyWithin(this.#place + 1, this.#place, items.length - 1);
    if (places) places[this.#place] = this.#at;
    values?.splice(this.#place, 0, value);
    this.#add(this.#block, 1);
    if (items.length < BLOCK) return;
    const half = BLOCK / 2;
    const next = {
      items: items.splice(half),
      places: places?.slice(half),
      values: values?.splice(half),
    };
    this.#blocks.splice(this.#block + 1, 0, next);
    this.#ends.splice(this.#block, 1, this.#endOf(block), this.#endOf(next));
    this.#settle();
    this.#count();
  }
  /** Takes out the item that is pointed at. */
  remove(): void {
    const block = this.#blocks[this.#block];
    if (!block) return;
    block.items.splice(this.#place, 1);
    block.places?.copyWithin(this.#place, this.#place + 1);
    block.values?.splice(this.#place, 1);
    this.#add(this.#block, -1);
    if (block.items.length > 0) {
      if (this.#place === block.items.length) this.#ends[this.#block] = this.#endOf(block);
      return;
    }
    this.#blocks.splice(this.#block, 1);
    this.#ends.splice(this.#block, 1);
    this.#count();
  }

  get first(): T | undefined {
    return this.#blocks[0]?.items[0];
  }
  get last(): T | undefined {
    return this.#blocks.at(-1)?.items.at(-1);
  }
  /** The items from one position to before another, in an array of their own. */
  slice(from: number, to: number): T[] {
    const found: T[] = [];
    this.#each(from, to, ({ items }, i) => {
      const item = items[i];
      if (item !== undefined) found.push(item);
    });
    return found;
  }
  /** The values of these items; those that have none get what `make` gives. */
  values(from: number, to: number, make: (item: T) => V): V[] {
    const found: V[] = [];
    this.#each(from, to, ({ items, values }, i) => {
      const item = items[i];
      if (item === undefined || !values) return;
      const value = values[i] ?? make(item);
      values[i] = value;
      found.push(value);
    });
    return found;
  }
  /** The items that have a value, with it. */
  *entries(): Generator<readonly [T, V]> {
    for (const { items, values } of this.#blocks) {
      for (const [i, item] of items.entries()) {
        const value = values?.[i];
        if (value !== undefined) yield [item, value];
      }
    }
  }
  #each(from: number, to: number, visit: (block: Block<T, V>, i: number) => void): void {
    let start = 0;
    for (const block of this.#blocks) {
      if (start >= to) break;
      const stop = start + block.items.length;
      for (let i = Math.max(from, start); i < Math.min(to, stop); i++) visit(block, i - start);
      start = stop;
    }
  }
  /** All items, in an array of their own. */
  all(): T[] {
    const none: T[] = [];
    return none.concat(...this.#blocks.map(({ items }) => items));
  }
}

function placesFor<T>(items: readonly T[], places: Places<T> | undefined): Float64Array {
  const made = new Float64Array(Math.min(items.length + ROOM, BLOCK));
  if (places) items.forEach((item, i) => made[i] = places.of(item));
  return made;
}
function roomier(places: Float64Array): Float64Array {
  const more = new Float64Array(Math.min(2 * places.length, BLOCK));
  more.set(places);
  return more;
}
