import { DataError, quote } from "../schema/errors.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Engine } from "../engine/mod.ts";
import type { RowEntry } from "../engine/commit.ts";
import type { TableData } from "../engine/table_data.ts";

/** What is to change in one table, each row once. */
export interface Difference {
  readonly gone: StoredRow[];
  readonly changed: {
    readonly before: StoredRow;
    readonly after: StoredRow;
    readonly columns: readonly string[];
  }[];
  readonly added: StoredRow[];
}

/** Nothing yet. */
export function noDifference(): Difference {
  return { gone: [], changed: [], added: [] };
}

/**
 * Makes a difference inside a transaction; unique values may move from row to row.
 *
 * @throws {DataError} With code `"constraint"` and the rule `"unique"`, before anything is written.
 */
export function applyDifference(engine: Engine, data: TableData, difference: Difference): void {
  const { gone, changed, added } = difference;
  const before = changed.map((item) => item.before);
  const after = changed.map((item) => item.after);
  const index = data.collisionAmong([...gone, ...before], [...after, ...added]);
  if (index) {
    throw new DataError(
      "constraint",
      `Cannot write ${quote(data.def.name)} as unique values are there once: one is taken`,
      { table: data.def.name, columns: index.columns.map(({ name }) => name), rule: "unique" },
    );
  }
  if (gone.length > 0) engine.apply({ data, kind: "delete", columns: [], before: gone, after: [] });
  // A commit says of each row what was written in it.
  const bySet = new Map<string, RowEntry & { before: StoredRow[]; after: StoredRow[] }>();
  for (const item of changed) {
    const { columns } = item;
    const set = columns.join(".");
    const entry = bySet.get(set) ??
      { data, kind: "update" as const, columns, before: [], after: [] };
    entry.before.push(item.before);
    entry.after.push(item.after);
    bySet.set(set, entry);
  }
  for (const entry of bySet.values()) engine.apply(entry);
  const all = data.def.columns.map(({ name }) => name);
  if (added.length > 0) {
    engine.apply({ data, kind: "insert", columns: all, before: [], after: added });
  }
}
