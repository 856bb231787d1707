import type { TableData } from "../../engine/mod.ts";
import { creationOf } from "../../db/create.ts";
import type { TableDef } from "../../db/driver.ts";
import { changeTables } from "./change.ts";

/**
 * Makes tables of the core's own that are missing, by their own definitions; whether any was. Tables that
 * change are made anew in `tables`, and the old ones stay as they are.
 */
export function created(
  { tables, meta }: {
    readonly tables: Map<string, TableData>;
    readonly meta: Map<string, unknown>;
  },
  wanted: readonly TableDef[],
): boolean {
  const creation = creationOf(meta, wanted);
  if (!creation) return false;
  for (const change of creation.changes) changeTables(tables, change);
  for (const [key, value] of creation.meta) meta.set(key, value);
  return true;
}

/** Whether the tables of the core's own are there as they are defined, and nothing is to be changed. */
export function isMade(meta: ReadonlyMap<string, unknown>, tables: readonly TableDef[]): boolean {
  try {
    return creationOf(meta, tables) === undefined;
  } catch {
    return false; // of another version
  }
}
