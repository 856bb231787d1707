import type { Ast, Cond, Leaf, Operand, Step } from "../../../query/ast.ts";

/** What becomes of each value of a query. */
export type Vary = (value: unknown) => unknown;

function varyOperand(operand: Operand, vary: Vary): Operand {
  return operand.kind === "value" ? { kind: "value", value: vary(operand.value) } : operand;
}

function varyLeaf(leaf: Leaf, vary: Vary): Leaf {
  switch (leaf.op) {
    case "between":
      return { ...leaf, from: varyOperand(leaf.from, vary), to: varyOperand(leaf.to, vary) };
    case "in":
    case "nin":
      return "kind" in leaf.list
        ? leaf
        : { ...leaf, list: leaf.list.map((item) => varyOperand(item, vary)) };
    default:
      return { ...leaf, operand: varyOperand(leaf.operand, vary) };
  }
}

function varyCond(cond: Cond, vary: Vary): Cond {
  switch (cond.op) {
    case "and":
    case "or":
      return { op: cond.op, items: cond.items.map((item) => varyCond(item, vary)) };
    case "not":
      return { op: "not", item: varyCond(cond.item, vary) };
    case "exists":
      return { ...cond, where: cond.where && varyCond(cond.where, vary) };
    default:
      return varyLeaf(cond, vary);
  }
}

/** A bound query in the same steps with other values; no part of it is a part of the first. */
export function varied(ast: Ast, vary: Vary): Ast {
  const steps = ast.steps.map((step): Step =>
    step.kind === "where" ? { ...step, cond: varyCond(step.cond, vary) } : { ...step }
  );
  const after = ast.after && "values" in ast.after
    ? { values: ast.after.values.map(vary) }
    : ast.after;
  const count = (n: Ast["limit"]) => {
    const given = n === undefined ? undefined : vary(n);
    return typeof given === "number" && Number.isSafeInteger(given) ? given : undefined;
  };
  return { ...ast, steps, after, limit: count(ast.limit), offset: count(ast.offset) };
}

/** Another value of the same kind. */
export function another(value: unknown): unknown {
  switch (typeof value) {
    case "string":
      return `x${value}`;
    case "number":
      return Number.isSafeInteger(value) ? Math.abs(value) + 3 : value / 2;
    case "bigint":
      return value > 0n ? value - 1n : value + 1n;
    case "boolean":
      return !value;
  }
  if (value instanceof Date) return new Date(value.getTime() / 2 | 0);
  return value instanceof Uint8Array ? Uint8Array.of(7, ...value) : value;
}
