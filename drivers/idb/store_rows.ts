import type { Stores } from "../log/idb_connection.ts";
import { countKey, type KeptTable } from "./catalog.ts";
import { keyOfRow } from "./row_keys.ts";
import { rowRecord } from "./row_record.ts";
import { rowCount } from "./row_table.ts";
import type { TableWrites } from "./row_writes.ts";

/** Stores what was written to a table. */
export async function storeRows(
  stores: Stores,
  kept: KeptTable,
  { data, stored }: TableWrites,
): Promise<void> {
  const { def } = data;
  const { rows, state } = stores;
  let more = 0;
  for (const [at, before] of stored) {
    const row = data.get(at);
    if (row === before) continue;
    if (row) rows.put(rowRecord(def, kept, row), keyOfRow(def, kept, row));
    else if (before) rows.delete(keyOfRow(def, kept, before));
    more += (row ? 1 : 0) - (before ? 1 : 0);
  }
  if (more !== 0) state.put(await rowCount(stores, kept) + more, countKey(kept));
}
