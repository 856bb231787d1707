import type { ColumnDef } from "../schema/table.ts";
import type { Cond, Leaf, Operand } from "../query/ast.ts";
import { likePrefix } from "../query/like.ts";

/** One end of a range over a column; the operand is read when the access runs. */
export interface Edge {
  readonly cond: Cond;
  readonly value: () => unknown;
  readonly inclusive: boolean;
  /** Whether the edges of the condition say all that it says. */
  readonly exact: boolean;
}
/** The conditions on one column that an index can serve. */
export interface Bounds {
  equal?: { readonly cond: Cond; readonly value: () => unknown };
  list?: { readonly cond: Cond; readonly values: readonly unknown[] };
  low?: Edge;
  high?: Edge;
}

/** The least text after all that begin with `prefix`, by code point; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const codes = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let code = codes.pop(); code !== undefined; code = codes.pop()) {
    if (code < 0x10ffff) {
      const next = code === 0xd7ff ? 0xe000 : code + 1;
      return [...codes, next].map((unit) => String.fromCodePoint(unit)).join("");
    }
  }
  return undefined;
}

function constant(operand: Operand): (() => unknown) | undefined {
  // Read late: an include puts the value of each parent in.
  return operand.kind === "value" ? () => operand.value : undefined;
}

/** Notes what a condition says of a column of the table itself. */
function note(bounds: Map<ColumnDef, Bounds>, cond: Cond): void {
  if ("items" in cond || "item" in cond || cond.op === "exists") return;
  const { slot, column, json, type } = cond.ref;
  if (slot !== 0 || !column || json.length > 0 || type === "json") return;
  let known = bounds.get(column);
  if (!known) bounds.set(column, known = {});
  noteLeaf(known, cond);
}

function noteLeaf(known: Bounds, cond: Leaf): void {
  const low = (operand: Operand, inclusive: boolean, exact = true) => {
    const value = constant(operand);
    if (value) known.low ??= { cond, value, inclusive, exact };
  };
  const high = (operand: Operand, inclusive: boolean, exact = true) => {
    const value = constant(operand);
    if (value) known.high ??= { cond, value, inclusive, exact };
  };
  switch (cond.op) {
    case "eq": {
      const value = constant(cond.operand);
      if (value) known.equal ??= { cond, value };
      return;
    }
    case "in":
      if (!("kind" in cond.list)) {
        known.list ??= {
          cond,
          values: cond.list.map((item) => item.kind === "value" ? item.value : null),
        };
      }
      return;
    case "gt":
    case "gte":
      return low(cond.operand, cond.op === "gte");
    case "lt":
    case "lte":
      return high(cond.operand, cond.op === "lte");
    case "between":
      if (!known.low && !known.high) {
        const exact = cond.from.kind === "value" && cond.to.kind === "value";
        low(cond.from, true, exact);
        high(cond.to, true, exact);
      }
      return;
    case "like":
    case "startsWith": {
      const { operand, fold } = cond;
      if (
        fold || operand.kind !== "value" || typeof operand.value !== "string" || known.low ||
        known.high
      ) return;
      const { prefix, exact } = cond.op === "like"
        ? likePrefix(operand.value)
        : { prefix: operand.value, exact: true };
      if (prefix === "") return;
      const after = afterPrefix(prefix);
      low({ kind: "value", value: prefix }, true, exact);
      if (after !== undefined) high({ kind: "value", value: after }, false, exact);
    }
  }
}

/** What conditions say of the columns of a table itself, where an index could serve it. */
export function boundsOf(conds: readonly Cond[]): Map<ColumnDef, Bounds> {
  const bounds = new Map<ColumnDef, Bounds>();
  for (const cond of conds) note(bounds, cond);
  return bounds;
}
