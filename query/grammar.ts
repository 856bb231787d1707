import type { OpValue } from "./operators.ts";

/** How deep conditions and includes may nest. */
export const MAX_DEPTH = 32;
/** How many values, steps and names a query may have in all. */
export const MAX_PARTS = 50_000;

/** The error of JSON that is outside the grammar. */
export function bad(place: string, problem: string): SyntaxError {
  return new SyntaxError(`Cannot parse the query at ${place} as its grammar is closed: ${problem}`);
}

const OPS: readonly OpValue["op"][] = [
  ...["eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "nin"] as const,
  ...["like", "startsWith", "endsWith", "contains"] as const,
];
/** @throws {SyntaxError} When there is no such operator. */
export function knownOp(place: string, op: unknown): OpValue["op"] {
  const known = OPS.find((name) => name === op);
  if (known) return known;
  throw bad(place, "there is no such operator");
}
