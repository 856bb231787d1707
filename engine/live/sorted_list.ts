/** Items a block: an insert moves at most this many. */
const BLOCK = 256;

/**
 * A sorted list that knows positions:
 *
 *     blocks   [ a b c ] [ d e ] [ f g h i ]      at most 256 a block, none is empty
 *     counts       3        2         4           as a Fenwick tree
 *
 * {@linkcode SortedList.locate} points at an item or where it belongs; the other verbs act there.
 * Each costs O(log n).
 */
export class SortedList<T> {
  #blocks: T[][] = [];
  /** `#tree[i]` counts the items of the blocks from `i - (i & -i)` to before `i`. */
  #tree: number[] = [0];
  #block = 0;
  #place = 0;
  length = 0;

  /** `compare` is total: equal items are the same item. */
  constructor(readonly compare: (a: T, b: T) => number) {}

  /** Replaces all items; these are in order. */
  load(sorted: readonly T[]): void {
    this.#blocks = [];
    this.length = sorted.length;
    // Three quarters full, so that the first inserts split nothing.
    const fill = BLOCK * 3 / 4;
    for (let i = 0; i < sorted.length; i += fill) this.#blocks.push(sorted.slice(i, i + fill));
    this.#count();
  }

  #count(): void {
    const tree = [0];
    for (const { length } of this.#blocks) tree.push(length);
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

  /** Points at the item that is equal, and gives it, or at the place where it belongs. */
  locate(item: T): T | undefined {
    const blocks = this.#blocks;
    const { compare } = this;
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) { // the first block whose last item is not before
      const middle = (low + high) >> 1;
      const block = blocks[middle];
      const last = block?.[block.length - 1];
      if (last !== undefined && compare(last, item) < 0) low = middle + 1;
      else high = middle;
    }
    const block = blocks[low] ?? [];
    let first = 0;
    let stop = block.length;
    while (first < stop) {
      const middle = (first + stop) >> 1;
      const other = block[middle];
      if (other !== undefined && compare(other, item) < 0) first = middle + 1;
      else stop = middle;
    }
    this.#block = low;
    this.#place = first;
    const found = block[first];
    return found !== undefined && compare(found, item) === 0 ? found : undefined;
  }
  /** How many items are before the place that is pointed at. */
  get rank(): number {
    let rank = this.#place;
    for (let i = this.#block; i > 0; i -= i & -i) rank += this.#tree[i] ?? 0;
    return rank;
  }
  /** Puts an equal item into the place that is pointed at. */
  put(item: T): void {
    const block = this.#blocks[this.#block];
    if (block) block[this.#place] = item;
  }
  /** Inserts an item at the place that is pointed at. */
  insert(item: T): void {
    const block = this.#blocks[this.#block];
    if (!block) return this.load([item]);
    block.splice(this.#place, 0, item);
    this.#add(this.#block, 1);
    if (block.length < BLOCK) return;
    this.#blocks.splice(this.#block + 1, 0, block.splice(BLOCK / 2));
    this.#count();
  }
  /** Takes out the item that is pointed at. */
  remove(): void {
    const block = this.#blocks[this.#block];
    if (!block) return;
    block.splice(this.#place, 1);
    this.#add(this.#block, -1);
    if (block.length > 0) return;
    this.#blocks.splice(this.#block, 1);
    this.#count();
  }

  get first(): T | undefined {
    return this.#blocks[0]?.[0];
  }
  get last(): T | undefined {
    return this.#blocks.at(-1)?.at(-1);
  }
  /** The items from one position to before another, in an array of their own. */
  slice(from: number, to: number): T[] {
    const found: T[] = [];
    let start = 0;
    for (const block of this.#blocks) {
      if (start >= to) break;
      const stop = start + block.length;
      for (let i = Math.max(from, start); i < Math.min(to, stop); i++) {
        const item = block[i - start];
        if (item !== undefined) found.push(item);
      }
      start = stop;
    }
    return found;
  }
  /** All items, in an array of their own. */
  all(): T[] {
    const none: T[] = [];
    return none.concat(...this.#blocks);
  }
}
