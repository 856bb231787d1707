import { jsonRank } from "../schema/json_value.ts";
import type { Operand, TextOp } from "./ast.ts";
import { likeMatcher } from "./like.ts";
import type { Get, Test } from "./predicate.ts";

/** A test of texts; the part is given once. */
function matcher(op: TextOp, part: string): (text: string) => boolean {
  switch (op) {
    case "like":
      return likeMatcher(part);
    case "startsWith":
      return (text) => text.startsWith(part);
    case "endsWith":
      return (text) => text.endsWith(part);
    case "contains":
      return (text) => text.includes(part);
  }
}

function fold(value: unknown, on: boolean): unknown {
  return on && typeof value === "string" ? value.toLowerCase() : value;
}

/**
 * A test of text, or with `contains` of a JSON array's elements; false for any other value.
 * `ignoreCase` folds both sides by `toLowerCase()`.
 */
export function textTest(
  op: TextOp,
  ignoreCase: boolean,
  get: Get,
  operand: Operand,
  other: Get,
): Test {
  const fixed = operand.kind === "value" ? fold(operand.value, ignoreCase) : undefined;
  const test = typeof fixed === "string" ? matcher(op, fixed) : undefined;
  return (env) => {
    const value = fold(get(env), ignoreCase);
    if (typeof value === "string") {
      if (test) return test(value);
      const part = fold(other(env), ignoreCase);
      return typeof part === "string" && matcher(op, part)(value);
    }
    if (op !== "contains" || !Array.isArray(value)) return false;
    const part = fold(other(env), ignoreCase);
    return jsonRank(part) < 5 &&
      Array.from(value, (item) => fold(item ?? null, ignoreCase)).includes(part);
  };
}
