import { DataError, quote } from "../schema/errors.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Engine } from "../engine/mod.ts";
import type { TableData } from "../engine/table_data.ts";

/** What is to change in one table, each row once. */
export interface Difference {
  readonly gone: StoredRow[];
  /** Rows that change, and what they become, in the same order. */
  readonly before: StoredRow[];
  readonly after: StoredRow[];
  readonly added: StoredRow[];
  /** The columns that the changes write. */
  readonly columns: Set<string>;
}

/** Nothing yet. */
export function noDifference(): Difference {
  return { gone: [], before: [], after: [], added: [], columns: new Set() };
}

/**
 * Makes a difference inside a transaction; unique values may move from row to row.
 *
 * @throws {DataError} With code `"constraint"` and the rule `"unique"`, before anything is written.
 */
export function applyDifference(engine: Engine, data: TableData, difference: Difference): void {
  const { gone, before, after, added, columns } = difference;
  const index = data.collisionAmong([...gone, ...before], [...after, ...added]);
  if (index) {
    throw new DataError(
      "constraint",
      `Cannot write ${quote(data.def.name)} as unique values are there once: one is taken`,
      { table: data.def.name, columns: index.columns.map(({ name }) => name), rule: "unique" },
    );
  }
  const all = data.def.columns.map(({ name }) => name);
  if (gone.length > 0) engine.apply({ data, kind: "delete", columns: [], before: gone, after: [] });
  if (before.length > 0) {
    engine.apply({ data, kind: "update", columns: [...columns], before, after });
  }
  if (added.length > 0) {
    engine.apply({ data, kind: "insert", columns: all, before: [], after: added });
  }
}
