import { isSame } from "../conformance/same.ts";
import type { Fields, Test } from "./operation.ts";
import type { Rule } from "./schema.ts";

/** The order of the value rules, for what the model's columns hold. */
export function compare(a: unknown, b: unknown): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [[...a], [...b]].map((s) => s.map((c) => c.codePointAt(0)!));
    for (let i = 0; i < Math.min(x!.length, y!.length); i++) {
      if (x![i] !== y![i]) return x![i]! - y![i]!;
    }
    return x!.length - y!.length;
  }
  const [x, y] = [a, b].map((v) => v instanceof Date ? v.getTime() : v as number);
  return x! < y! ? -1 : x! > y! ? 1 : 0;
}

export function holds(test: Test | undefined, row: Fields): boolean {
  if (test === undefined) return true;
  const value = row[test.column];
  const { op, operand } = test;
  if (op === "oneOf") return (operand as unknown[]).some((one) => isSame(one, value));
  if (op === "eq") return isSame(value, operand);
  if (value === null || operand === null) return false;
  return op === "gt" ? compare(value, operand) > 0 : compare(value, operand) <= 0;
}

/** The error that a column's rules give for a value, if any. */
export function fault(rule: Rule, value: unknown): string | undefined {
  if (value === null) return rule.optional ? undefined : "null";
  switch (rule.type) {
    case "text":
      if (typeof value !== "string") return "type";
      return value.isWellFormed() ? undefined : "range";
    case "date":
      return value instanceof Date ? undefined : "type";
    case "boolean":
      return typeof value === "boolean" ? undefined : "type";
    case "bigint":
      if (typeof value !== "bigint") return "type";
      return BigInt.asIntN(64, value) === value ? undefined : "range";
    case "integer":
      if (typeof value !== "number") return "type";
      return Number.isSafeInteger(value) ? undefined : "range";
    case "real":
      if (typeof value !== "number") return "type";
      return Number.isNaN(value) ? "range" : undefined;
  }
}
