import { compareJson, jsonAt, jsonRank } from "../schema/json_value.ts";
import { type Compare, compareOf, sameValue } from "../schema/compare.ts";
import { mapKey } from "../schema/key.ts";
import type { StoredRow } from "../schema/types.ts";
import type { CompareOp, Cond, Leaf, Operand, Ref } from "./ast.ts";
import { compareRef, valueType } from "./shape.ts";
import { textTest } from "./match.ts";
import { reader, sameReader } from "./reader.ts";

/** What a predicate sees: a row, or one row a slot where there are joins. */
export type Env = StoredRow | readonly (StoredRow | null)[];
/** Reads a value; method syntax, since the plan knows which kind of {@linkcode Env} it gets. */
export type Get = { get(env: Env): unknown }["get"];
/** A compiled condition. */
export type Test = { test(env: Env): boolean }["test"];
/** Compiles the one condition that needs rows of another table. */
export type ExistsTest = (cond: Extract<Cond, { op: "exists" }>) => Test;

/** Reads the value at a path; null where a joined row or a JSON value is missing. */
export function getter(ref: Ref, joined: boolean): Get {
  const { slot, names, json } = ref;
  const [name] = names;
  const row: Get = joined
    ? (env: readonly (StoredRow | null)[]) => env[slot] ?? null
    : (env) => env;
  let get = row;
  if (names.length === 1 && name !== undefined) {
    get = joined
      ? (env: readonly (StoredRow | null)[]) => {
        const from = env[slot];
        return from ? from[name] : null;
      }
      : reader(name);
  } else if (names.length > 1) get = (env) => jsonAt(row(env), names); // a group nests its paths
  return json.length > 0 ? (env) => jsonAt(get(env), json) : get;
}

/** The property that holds the value where a row is all there is: the usual case, one call less. */
function ownName({ names, json }: Ref, joined: boolean): string | undefined {
  return !joined && json.length === 0 && names.length === 1 ? names[0] : undefined;
}

/** Whether two values of JSON or of the types JSON has are the same scalar. */
function sameScalar(a: unknown, b: unknown): boolean {
  return a === b && jsonRank(a) < 5;
}

function never(): boolean {
  return false;
}

/** `range(a, b)` is what `compare(a, b)` must satisfy. */
const RANGES: Record<Exclude<CompareOp, "eq" | "ne">, (order: number) => boolean> = {
  gt: (order) => order > 0,
  gte: (order) => order >= 0,
  lt: (order) => order < 0,
  lte: (order) => order <= 0,
};

function numberTest(op: keyof typeof RANGES, get: Get, bound: number): Test {
  // JSON may hold NaN or an infinity, which compare with nothing; columns hold no NaN.
  const value = (env: Env) => {
    const found = get(env);
    return typeof found === "number" ? found : NaN;
  };
  switch (op) {
    case "gt":
      return (env) => value(env) > bound;
    case "gte":
      return (env) => value(env) >= bound;
    case "lt":
      return (env) => value(env) < bound;
    case "lte":
      return (env) => value(env) <= bound;
  }
}

function rangeTest(
  ref: Ref,
  op: keyof typeof RANGES,
  get: Get,
  operand: Operand,
  joined: boolean,
): Test {
  const holds = RANGES[op];
  const json = ref.type === "json" || operand.kind === "column" && operand.ref.type === "json";
  if (operand.kind === "value" && !json) {
    const bound = operand.value;
    if (bound === null) return never;
    if (typeof bound === "number") return numberTest(op, get, bound);
    const compare = compareRef(ref);
    return (env) => {
      const value = get(env);
      return value !== null && holds(compare(value, bound));
    };
  }
  const other = operandGet(operand, joined);
  // Both sides may have held any text, so the comparison of one column does not do.
  const compare: Compare = json ? compareScalars : compareOf(valueType(ref));
  const [left, right] = [ref, operand.kind === "column" ? operand.ref : ref]
    .map(({ type }) => type === "json");
  return (env) => {
    const a = get(env);
    const b = other(env);
    if (a === null || b === null) return false;
    // A real column may hold an infinity, which inside JSON is no number.
    const scalars = !(left && jsonRank(a) > 4) && !(right && jsonRank(b) > 4);
    return !json ? holds(compare(a, b)) : scalars && typeof a === typeof b && holds(compare(a, b));
  };
}

/** Orders two scalars of one JavaScript type. */
function compareScalars(a: unknown, b: unknown): number {
  return typeof a === "number" && typeof b === "number"
    ? a < b ? -1 : a > b ? 1 : 0
    : compareJson(a, b);
}

function operandGet(operand: Operand, joined: boolean): Get {
  if (operand.kind === "column") return getter(operand.ref, joined);
  const value = operand.kind === "value" ? operand.value : null;
  return () => value;
}

function equalTest(ref: Ref, get: Get, operand: Operand, joined: boolean): Test {
  if (operand.kind === "value") {
    const { value } = operand;
    if (typeof value !== "object" || value === null) {
      const name = ownName(ref, joined);
      return name === undefined ? (env) => get(env) === value : sameReader(name, value);
    }
    const type = valueType(ref);
    return (env) => sameValue(type, get(env), value);
  }
  const other = operandGet(operand, joined);
  const scalars = ref.type === "json" || operand.kind === "column" && operand.ref.type === "json";
  const type = valueType(ref);
  return (env) =>
    scalars ? sameScalar(get(env), other(env)) : sameValue(type, get(env), other(env));
}

function listTest(ref: Ref, get: Get, list: readonly Operand[] | Operand): Test {
  const items = "kind" in list ? [list] : list;
  const keys = new Set(items.map((item) => item.kind === "value" ? mapKey(item.value) : null));
  if (ref.type !== "json") return (env) => keys.has(mapKey(get(env)));
  return (env) => {
    const value = get(env);
    return jsonRank(value) < 5 && keys.has(mapKey(value));
  };
}

function leafTest(leaf: Leaf, joined: boolean): Test {
  const { ref } = leaf;
  const get = getter(ref, joined);
  switch (leaf.op) {
    case "eq":
      return equalTest(ref, get, leaf.operand, joined);
    case "ne": {
      const equal = equalTest(ref, get, leaf.operand, joined);
      return (env) => !equal(env);
    }
    case "in":
      return listTest(ref, get, leaf.list);
    case "nin": {
      const found = listTest(ref, get, leaf.list);
      return (env) => !found(env);
    }
    case "between": {
      const from = rangeTest(ref, "gte", get, leaf.from, joined);
      const to = rangeTest(ref, "lte", get, leaf.to, joined);
      return (env) => from(env) && to(env);
    }
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      return textTest(leaf.op, leaf.fold, get, leaf.operand, operandGet(leaf.operand, joined));
    default:
      return rangeTest(ref, leaf.op, get, leaf.operand, joined);
  }
}

/**
 * Compiles a condition to closures. Each is true or false for every row: null equals only null,
 * and `not` is exactly the rest.
 */
export function predicate(cond: Cond, joined: boolean, exists: ExistsTest): Test {
  switch (cond.op) {
    case "and":
    case "or": {
      const tests = cond.items.map((item) => predicate(item, joined, exists));
      const [a, b, c] = tests;
      if (cond.op === "and") {
        if (a && b && !c) return (env) => a(env) && b(env);
        return a && !b ? a : (env) => tests.every((test) => test(env));
      }
      if (a && b && !c) return (env) => a(env) || b(env);
      return a && !b ? a : (env) => tests.some((test) => test(env));
    }
    case "not": {
      const test = predicate(cond.item, joined, exists);
      return (env) => !test(env);
    }
    case "exists":
      return exists(cond);
    default:
      return leafTest(cond, joined);
  }
}
