import { keyIn, type MapKey } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";

/**
 * A number for each row of a table, for its ordered indexes: an update that leaves the columns of
 * an index alone puts the new row in the old one's slot, and the index never hears of it.
 */
export class Slots {
  readonly rows: (StoredRow | undefined)[] = [];
  readonly #bySlot = new Map<MapKey, number>();
  readonly #free: number[] = [];
  /** Whether slots go up in the order in which their rows came. */
  asTheyCame = true;

  constructor(def: TableDef, rows: Iterable<StoredRow>) {
    for (const row of rows) this.add(keyIn(def.key, row), row);
  }

  of(key: MapKey): number {
    return this.#bySlot.get(key) ?? 0;
  }
  add(key: MapKey, row: StoredRow): number {
    const free = this.#free.pop();
    if (free !== undefined) this.asTheyCame = false;
    const slot = free ?? this.rows.length;
    this.rows[slot] = row;
    this.#bySlot.set(key, slot);
    return slot;
  }
  remove(key: MapKey): void {
    const slot = this.of(key);
    this.rows[slot] = undefined;
    this.#free.push(slot);
    this.#bySlot.delete(key);
  }
}
