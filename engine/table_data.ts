import { keyIn, type MapKey } from "../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { type CompareRows, OrderedIndex, type Visit } from "./ordered_index.ts";
import { Slots } from "./slots.ts";
import { sortKey } from "./sort_key.ts";

/** The keys of the rows in a unique index; null never collides, so it is left out. */
interface UniqueMap {
  readonly index: IndexDef;
  readonly keys: Map<MapKey, MapKey>;
}

let freeze = false;
/** Rows are immutable by contract. Tests have them frozen, which elsewhere costs too much. */
export function freezeRows(on: boolean): void {
  freeze = on;
}

/** An ordered index that was built. */
interface Built {
  readonly rows: OrderedIndex;
  readonly columns: readonly ColumnDef[];
}

/** Compares rows by columns; the last decides. */
export function compareBy(columns: readonly ColumnDef[]): CompareRows {
  const [a, b] = columns;
  if (columns.length === 1 && a) return (x, y) => a.compare(x[a.name], y[a.name]);
  if (columns.length === 2 && a && b) {
    return (x, y) => a.compare(x[a.name], y[a.name]) || b.compare(x[b.name], y[b.name]);
  }
  return (x, y) => {
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i];
      const order = column ? column.compare(x[column.name], y[column.name]) : 0;
      if (order !== 0) return order;
    }
    return 0;
  };
}

/**
 * The rows of one table in memory: immutable objects in a Map by key. Unique values lead to
 * keys; ordered indexes, built on first use, hold slots.
 */
export class TableData {
  readonly #rows = new Map<MapKey, StoredRow>();
  readonly #unique: readonly UniqueMap[];
  readonly #ordered = new Map<IndexDef | undefined, Built>();
  /** Numbers for the ordered indexes, from the first one on. */
  #slots: Slots | undefined;
  readonly #compareKeys: CompareRows;
  /** Whether the Map is in key order, as it is when keys came in order; `#last` came last. */
  #inOrder = true;
  #last: StoredRow | undefined;
  /** How many rows were taken out so far; one that comes back is at the end of the Map then. */
  removals = 0;

  constructor(readonly def: TableDef) {
    this.#unique = def.indexes.filter(({ unique }) => unique)
      .map((index) => ({ index, keys: new Map() }));
    this.#compareKeys = compareBy(def.key);
  }

  get size(): number {
    return this.#rows.size;
  }
  /** Whether {@linkcode each} walks in key order. */
  get inOrder(): boolean {
    return this.#inOrder;
  }
  get(key: MapKey): StoredRow | undefined {
    return this.#rows.get(key);
  }
  /** The row with these values in a unique index. */
  getUnique(index: IndexDef, value: MapKey): StoredRow | undefined {
    const key = this.#unique.find((map) => map.index === index)?.keys.get(value);
    return key === undefined ? undefined : this.#rows.get(key);
  }
  /** All rows as they came; false when `visit` ended the walk. */
  each(visit: Visit): boolean {
    for (const row of this.#rows.values()) if (!visit(row)) return false;
    return true;
  }

  /** The same for who pauses: rows that change meanwhile come as they are then, new ones last. */
  values(): IterableIterator<StoredRow> {
    return this.#rows.values();
  }

  /** The same to be walked in parts: rows that come or go meanwhile are met or not. */
  rows(): IterableIterator<StoredRow> {
    return this.#rows.values();
  }

  /** The unique index whose values in `row` another row has; `own` is the row's own former state. */
  collision(
    row: StoredRow,
    own?: StoredRow,
  ): { readonly index: IndexDef; readonly row: StoredRow } | undefined {
    for (const { index, keys } of this.#unique) {
      const value = uniqueKey(index, row);
      const key = value === undefined ? undefined : keys.get(value);
      const found = key === undefined ? undefined : this.#rows.get(key);
      if (found && found !== own) return { index, row: found };
    }
    return undefined;
  }
  /** The row that has a new row's key, or a unique value of it. */
  conflict(
    key: MapKey,
    row: StoredRow,
  ): { readonly index: IndexDef | undefined; readonly row: StoredRow } | undefined {
    const same = this.#rows.get(key);
    if (same) return { index: undefined, row: same };
    return this.#unique.length > 0 ? this.collision(row) : undefined;
  }
  /**
   * The first unique index in which the new states of some rows collide with each other or with
   * a row that stays; values may be swapped among the rows.
   */
  collisionAmong(rows: readonly StoredRow[], next: readonly StoredRow[]): IndexDef | undefined {
    for (const { index, keys } of this.#unique) {
      const given = new Set(rows.map((row) => uniqueKey(index, row)));
      const taken = new Set<MapKey>();
      for (const row of next) {
        const value = uniqueKey(index, row);
        if (value === undefined) continue;
        if (taken.has(value) || !given.has(value) && keys.has(value)) return index;
        taken.add(value);
      }
    }
    return undefined;
  }

  /** Adds a row with a new key. */
  add(key: MapKey, row: StoredRow): void {
    if (freeze) Object.freeze(row);
    if (this.#inOrder) {
      this.#inOrder = !this.#last || this.#compareKeys(this.#last, row) < 0;
      this.#last = row;
    }
    this.#rows.set(key, row);
    for (const { index, keys } of this.#unique) {
      const value = uniqueKey(index, row);
      if (value !== undefined) keys.set(value, key);
    }
    if (!this.#slots) return;
    const slot = this.#slots.add(key, row);
    for (const { rows } of this.#ordered.values()) rows.insert(slot, row);
  }

  /** Puts `next` into the place of `row`, which has the same key. */
  replace(key: MapKey, row: StoredRow, next: StoredRow): void {
    if (freeze) Object.freeze(next);
    this.#rows.set(key, next);
    if (this.#slots) this.#replaceInOrder(this.#slots, key, row, next);
    for (const { index, keys } of this.#unique) {
      const before = uniqueKey(index, row);
      const after = uniqueKey(index, next);
      if (before === after) continue;
      // In a swap another row may have taken the value over already.
      if (before !== undefined && keys.get(before) === key) keys.delete(before);
      if (after !== undefined) keys.set(after, key);
    }
  }

  #replaceInOrder(slots: Slots, key: MapKey, row: StoredRow, next: StoredRow): void {
    const slot = slots.of(key);
    const moved: OrderedIndex[] = [];
    for (const { rows, columns } of this.#ordered.values()) {
      for (const { name, compare } of columns) {
        if (row[name] === next[name] || compare(row[name], next[name]) === 0) continue;
        moved.push(rows);
        break;
      }
    }
    for (const rows of moved) rows.remove(row);
    slots.rows[slot] = next;
    for (const rows of moved) rows.insert(slot, next);
  }

  remove(key: MapKey, row: StoredRow): void {
    this.#rows.delete(key);
    this.removals++;
    if (this.#rows.size === 0) {
      this.#inOrder = true;
      this.#last = undefined;
    }
    for (const { rows } of this.#ordered.values()) rows.remove(row);
    this.#slots?.remove(key);
    for (const { index, keys } of this.#unique) {
      const value = uniqueKey(index, row);
      if (value !== undefined && keys.get(value) === key) keys.delete(value);
    }
  }

  /** Whether an ordered index was built, so that asking for it costs nothing. */
  built(index: IndexDef | undefined): boolean {
    return this.#ordered.has(index);
  }
  /** Rows in the order of an index, the primary key appended; without one in key order. */
  order(index?: IndexDef): OrderedIndex {
    let built = this.#ordered.get(index);
    if (!built) this.#ordered.set(index, built = this.#build(index?.columns ?? []));
    return built.rows;
  }
  #build(columns: readonly ColumnDef[]): Built {
    const slots = this.#slots ??= new Slots(this.def, this.#rows.values());
    const all = this.def.withKey(columns);
    const [first] = all;
    const keyOf = first ? (row: StoredRow) => sortKey(first.type, row[first.name]) : () => 0;
    // Where slots are in key order the columns alone decide, as the sort is stable.
    const sortBy = compareBy(this.#inOrder && slots.asTheyCame ? columns : all);
    return { columns: all, rows: new OrderedIndex(slots, compareBy(all), keyOf, sortBy) };
  }
}

function uniqueKey(index: IndexDef, row: StoredRow): MapKey | undefined {
  for (const { name } of index.columns) if (row[name] === null) return undefined;
  return keyIn(index.columns, row);
}
