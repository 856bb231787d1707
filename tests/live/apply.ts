import { assertStrictEquals } from "@std/assert";
import type { DeltaOp } from "../../mod.ts";

/** The rows to which ops lead. */
export function apply(rows: readonly unknown[], ops: readonly DeltaOp<unknown>[]): unknown[] {
  const next = [...rows];
  for (const op of ops) {
    if ("remove" in op) next.splice(op.remove, 1);
    else if ("insert" in op) next.splice(op.insert, 0, op.row);
    else if ("move" in op) next.splice(op.to, 0, ...next.splice(op.move, 1));
    else {
      assertStrictEquals(next[op.change], op.before);
      next[op.change] = op.row;
    }
  }
  return next;
}
