import type { Compare } from "../schema/compare.ts";
import { keyIn, type MapKey } from "../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import {
  type CompareRows,
  OrderedIndex,
  type RowOrder,
  SlotOrder,
  type Visit,
} from "./ordered_index.ts";

/** Slots may be empty up to this many, and up to half of them, before they are closed up. */
const MIN_HOLES = 1024;

/** The rows of one unique index by key; null never collides, so it is left out. */
interface UniqueMap {
  readonly index: IndexDef;
  readonly slots: Map<MapKey, number>;
}

/** Compares rows by columns; the last decides. */
export function compareBy(columns: readonly ColumnDef[]): CompareRows {
  const parts: { name: string; compare: Compare }[] = columns.map(({ name, compare }) => ({
    name,
    compare,
  }));
  const [a, b] = parts;
  if (parts.length === 1 && a) return (x, y) => a.compare(x[a.name], y[a.name]);
  if (parts.length === 2 && a && b) {
    return (x, y) => a.compare(x[a.name], y[a.name]) || b.compare(x[b.name], y[b.name]);
  }
  return (x, y) => {
    for (const { name, compare } of parts) {
      const order = compare(x[name], y[name]);
      if (order !== 0) return order;
    }
    return 0;
  };
}

/**
 * The rows of one table in memory.
 *
 * Rows are immutable objects in slots, in the order they came; a Map leads from the key to the
 * slot. Unique maps and ordered indexes hold slots too, and ordered ones are built on first use.
 */
export class TableData {
  readonly rows: (StoredRow | undefined)[] = [];
  readonly #slots = new Map<MapKey, number>();
  readonly #unique: readonly UniqueMap[];
  readonly #ordered = new Map<
    IndexDef | undefined,
    { index: OrderedIndex; columns: readonly ColumnDef[] }
  >();
  readonly #compareKeys: CompareRows;
  /** Whether the slots are in key order, as they are when keys came in order. */
  #inOrder = true;
  #holes = 0;
  /** All slots before this one are empty. */
  #start = 0;

  constructor(readonly def: TableDef) {
    this.#unique = def.indexes.filter(({ unique }) => unique)
      .map((index) => ({ index, slots: new Map() }));
    this.#compareKeys = compareBy(def.key);
  }

  get size(): number {
    return this.#slots.size;
  }
  get(key: MapKey): StoredRow | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.rows[slot];
  }
  /** The row with these values in a unique index. */
  getUnique(index: IndexDef, key: MapKey): StoredRow | undefined {
    const slot = this.#unique.find((map) => map.index === index)?.slots.get(key);
    return slot === undefined ? undefined : this.rows[slot];
  }
  /** The unique index whose values in `row` another row has; `own` is the row's own former state. */
  collision(
    row: StoredRow,
    own?: StoredRow,
  ): { readonly index: IndexDef; readonly row: StoredRow } | undefined {
    for (const { index, slots } of this.#unique) {
      const key = uniqueKey(index, row);
      const slot = key === undefined ? undefined : slots.get(key);
      const found = slot === undefined ? undefined : this.rows[slot];
      if (found && found !== own) return { index, row: found };
    }
    return undefined;
  }

  /** The row that has a new row's key, or a unique value of it. */
  conflict(
    key: MapKey,
    row: StoredRow,
  ): { readonly index: IndexDef | undefined; readonly row: StoredRow } | undefined {
    const same = this.get(key);
    return same ? { index: undefined, row: same } : this.collision(row);
  }

  /** Adds a row with a new key. */
  add(key: MapKey, row: StoredRow): void {
    const slot = this.rows.length;
    if (this.#inOrder && slot > 0) {
      const last = this.#last();
      if (last && this.#compareKeys(last, row) > 0) this.#inOrder = false;
    }
    this.rows.push(row);
    this.#slots.set(key, slot);
    for (const unique of this.#unique) {
      const value = uniqueKey(unique.index, row);
      if (value !== undefined) unique.slots.set(value, slot);
    }
    for (const { index } of this.#ordered.values()) index.insert(slot, row);
  }
  #last(): StoredRow | undefined {
    let i = this.rows.length - 1;
    while (i > 0 && !this.rows[i]) i--;
    return this.rows[i];
  }

  /** Puts `next` into the place of `row`, which has the same key. */
  replace(key: MapKey, row: StoredRow, next: StoredRow): void {
    const slot = this.#slots.get(key) ?? 0;
    const moved = this.#moved(row, next);
    if (moved) { for (const index of moved) index.remove(row); }
    this.rows[slot] = next;
    if (moved) { for (const index of moved) index.insert(slot, next); }
    for (const { index, slots } of this.#unique) {
      const before = uniqueKey(index, row);
      const after = uniqueKey(index, next);
      if (before === after) continue;
      // In a swap another row may have taken the value over already.
      if (before !== undefined && slots.get(before) === slot) slots.delete(before);
      if (after !== undefined) slots.set(after, slot);
    }
  }
  /**
   * The first unique index in which the new states of some rows collide with each other or with
   * a row that stays; values may be swapped among the rows.
   */
  collisionAmong(rows: readonly StoredRow[], next: readonly StoredRow[]): IndexDef | undefined {
    for (const { index, slots } of this.#unique) {
      const given = new Set(rows.map((row) => uniqueKey(index, row)));
      const taken = new Set<MapKey>();
      for (const row of next) {
        const key = uniqueKey(index, row);
        if (key === undefined) continue;
        if (taken.has(key) || !given.has(key) && slots.has(key)) return index;
        taken.add(key);
      }
    }
    return undefined;
  }
  /** The built indexes in which a row changes its place. */
  #moved(row: StoredRow, next: StoredRow): OrderedIndex[] | undefined {
    let moved: OrderedIndex[] | undefined;
    for (const { index, columns } of this.#ordered.values()) {
      for (const { name, compare } of columns) {
        if (row[name] !== next[name] && compare(row[name], next[name]) !== 0) {
          (moved ??= []).push(index);
          break;
        }
      }
    }
    return moved;
  }

  remove(key: MapKey, row: StoredRow): void {
    const slot = this.#slots.get(key) ?? 0;
    for (const { index } of this.#ordered.values()) index.remove(row);
    for (const { index, slots } of this.#unique) {
      const value = uniqueKey(index, row);
      if (value !== undefined && slots.get(value) === slot) slots.delete(value);
    }
    this.#slots.delete(key);
    if (slot === this.rows.length - 1) {
      this.rows.pop();
      this.#start = Math.min(this.#start, this.rows.length);
    } else {
      this.rows[slot] = undefined;
      this.#holes++;
      while (this.#start < this.rows.length && !this.rows[this.#start]) this.#start++;
      if (this.#holes > MIN_HOLES && this.#holes > this.rows.length / 2) this.#closeUp();
    }
  }

  /** All rows, in no order; false when `visit` ended the walk. */
  each(visit: Visit): boolean {
    const { rows } = this;
    for (let slot = this.#start; slot < rows.length; slot++) {
      const row = rows[slot];
      if (row && !visit(row)) return false;
    }
    return true;
  }

  /** Rows in the order of an index, the primary key appended; without one in key order. */
  order(index?: IndexDef): RowOrder {
    if (!index && this.#inOrder) return new SlotOrder(this.rows, this.#start);
    let built = this.#ordered.get(index);
    if (!built) {
      built = this.#build(index?.columns ?? []);
      this.#ordered.set(index, built);
    }
    return built.index;
  }
  #build(columns: readonly ColumnDef[]): { index: OrderedIndex; columns: readonly ColumnDef[] } {
    const all = this.def.withKey(columns);
    const compare = compareBy(all);
    // Rows in key order and a stable sort: the columns alone decide, and each is read once.
    const sortBy = this.#inOrder && columns.length > 0 ? columns : all;
    const slots: number[] = [];
    this.rows.forEach((row, slot) => row && slots.push(slot));
    const index = new OrderedIndex(this.rows, compare, sortSlots(this.rows, slots, sortBy));
    return { index, columns: all };
  }

  /** Moves the rows together; what holds slots gets their new numbers. */
  #closeUp(): void {
    const to = new Uint32Array(this.rows.length);
    let next = 0;
    for (let slot = 0; slot < this.rows.length; slot++) {
      const row = this.rows[slot];
      if (!row) continue;
      to[slot] = next;
      this.rows[next++] = row;
    }
    this.rows.length = next;
    this.#holes = 0;
    this.#start = 0;
    for (const map of [this.#slots, ...this.#unique.map(({ slots }) => slots)]) {
      for (const [key, slot] of map) map.set(key, to[slot] ?? 0);
    }
    for (const { index } of this.#ordered.values()) index.renumber(to);
  }
}

function uniqueKey(index: IndexDef, row: StoredRow): MapKey | undefined {
  for (const { name } of index.columns) if (row[name] === null) return undefined;
  return keyIn(index.columns, row);
}

function sortSlots(
  rows: readonly (StoredRow | undefined)[],
  slots: number[],
  columns: readonly ColumnDef[],
): Uint32Array {
  const [first, ...rest] = columns;
  if (!first) return Uint32Array.from(slots);
  const later = compareBy(rest);
  const keyed = slots.map((slot) => ({
    slot,
    key: rows[slot]?.[first.name] ?? null,
    row: rows[slot],
  }));
  const { compare } = first;
  keyed.sort((a, b) => compare(a.key, b.key) || (a.row && b.row ? later(a.row, b.row) : 0));
  return Uint32Array.from(keyed, ({ slot }) => slot);
}
