import { keyIn, type MapKey } from "../../schema/key.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { TableData } from "../../engine/mod.ts";
import type { Effect } from "../../db/driver.ts";

/** What was written to one table and is not stored. */
export interface TableWrites {
  /** The rows as they are then, of those that were written. */
  readonly data: TableData;
  /** What is stored under each key that was written. */
  readonly stored: ReadonlyMap<MapKey, StoredRow | undefined>;
}

/** Writes to tables that are kept a record a row, held back. */
export class RowWrites {
  readonly #tables = new Map<
    TableDef,
    TableWrites & { stored: Map<MapKey, StoredRow | undefined> }
  >();
  readonly #done: Effect[] = [];

  /** What was written to a table. */
  of(def: TableDef): TableWrites | undefined {
    return this.#tables.get(def);
  }
  /** All tables that were written. */
  get tables(): Iterable<readonly [TableDef, TableWrites]> {
    return this.#tables;
  }
  /** Where {@linkcode takeBack} goes back to. */
  get mark(): number {
    return this.#done.length;
  }

  /** Takes in an effect on one table, whose keys and unique values were found to be free. */
  add(effect: Effect): void {
    this.#done.push(effect);
    this.#apply(effect.table, effect.before, effect.after);
  }
  /** Takes back what was added since a mark. */
  takeBack(mark: number): void {
    for (const { table, before, after } of this.#done.splice(mark).toReversed()) {
      this.#apply(table, after.toReversed(), before.toReversed());
    }
  }

  #apply(def: TableDef, before: readonly StoredRow[], after: readonly StoredRow[]): void {
    let writes = this.#tables.get(def);
    if (!writes) this.#tables.set(def, writes = { data: new TableData(def), stored: new Map() });
    const { data, stored } = writes;
    for (let i = 0; i < Math.max(before.length, after.length); i++) {
      const from = before[i];
      const to = after[i];
      const key = keyIn(def.key, to ?? from ?? {});
      if (!stored.has(key)) stored.set(key, from);
      const known = data.get(key);
      if (known && to) data.replace(key, known, to);
      else if (to) data.add(key, to);
      else if (known) data.remove(key, known);
    }
  }
}
