import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Result } from "./result.ts";
import type { DeltaOp } from "./types.ts";

/** Ops that lead from one result to the next: first what goes, then what moves, comes and changes. */
export function deltasBetween(before: Result, after: Result): DeltaOp<StoredRow>[] {
  const ops: DeltaOp<StoredRow>[] = [];
  const wanted = new Set(after.keys);
  const old = new Map(before.keys.map((key, i) => [key, before.rows[i]]));
  // What is there while the ops are applied.
  const keys: MapKey[] = [...before.keys];
  for (let i = keys.length - 1; i >= 0; i--) {
    if (wanted.has(keys[i] ?? null)) continue;
    ops.push({ remove: i });
    keys.splice(i, 1);
  }
  after.keys.forEach((key, i) => {
    const row = after.rows[i];
    const known = old.get(key);
    if (!row) return;
    if (!known) {
      ops.push({ insert: i, row });
      keys.splice(i, 0, key);
      return;
    }
    if (keys[i] !== key) {
      const from = keys.indexOf(key, i);
      keys.splice(i, 0, ...keys.splice(from, 1));
      ops.push({ move: from, to: i, row });
    }
    if (known !== row) ops.push({ change: i, row, before: known });
  });
  return ops;
}
