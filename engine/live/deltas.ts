import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Result, Rows, Step } from "./result.ts";
import type { DeltaOp } from "./types.ts";

/** The ops of a step. */
export function opsOf({ ops, from, to }: Step): readonly DeltaOp<StoredRow>[] {
  return ops ?? compared(from, to);
}

function compared(before: Result, after: Result): DeltaOp<StoredRow>[] {
  const [from, to] = [before.known, after.known];
  if (from && to) return deltasBetween(from, to);
  // Nobody read what was there, so it goes and the rest comes.
  const removed = Array.from({ length: before.length }, () => ({ remove: 0 }));
  return [...removed, ...after.rows.map((row, i) => ({ insert: i, row }))];
}

/** Ops that lead from one result to the next: first what goes, then what moves, comes and changes. */
export function deltasBetween(before: Rows, after: Rows): DeltaOp<StoredRow>[] {
  const ops: DeltaOp<StoredRow>[] = [];
  const afterKeys = after.keys();
  const wanted = new Set(afterKeys);
  // What is there while the ops are applied.
  const keys: MapKey[] = [...before.keys()];
  const old = new Map(keys.map((key, i) => [key, before.rows[i]]));
  for (let i = keys.length - 1; i >= 0; i--) {
    if (wanted.has(keys[i] ?? null)) continue;
    ops.push({ remove: i });
    keys.splice(i, 1);
  }
  afterKeys.forEach((key, i) => {
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
