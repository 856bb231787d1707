import { quote } from "../schema/errors.ts";
import type { Ast, Cond, Count, Leaf, Operand, Position, Ref, Step } from "./ast.ts";
import { parseCursor, rowPosition } from "./cursor.ts";
import { checkCount, checkList, checkOperand, checkText } from "./resolve.ts";

/** What becomes of each hole: the value of an operand, a list, a number of rows, a position. */
interface Fill {
  operand(ref: Ref, name: string, op: string): Operand;
  list(ref: Ref, name: string): readonly Operand[];
  count(verb: string, name: string): Count;
  position(ast: Ast, name: string): Position | undefined;
  child(ast: Ast): Ast;
}

function fillLeaf(leaf: Leaf, fill: Fill): Leaf {
  const { ref, op } = leaf;
  const one = (operand: Operand) =>
    operand.kind === "param" ? fill.operand(ref, operand.name, op) : operand;
  switch (leaf.op) {
    case "between":
      return { ...leaf, from: one(leaf.from), to: one(leaf.to) };
    case "in":
    case "nin": {
      const { list } = leaf;
      if (!("kind" in list)) return { ...leaf, list: list.map(one) };
      return { ...leaf, list: list.kind === "param" ? fill.list(ref, list.name) : list };
    }
    default:
      return { ...leaf, operand: one(leaf.operand) };
  }
}

function fillCond(cond: Cond, fill: Fill): Cond {
  switch (cond.op) {
    case "and":
    case "or":
      return { op: cond.op, items: cond.items.map((item) => fillCond(item, fill)) };
    case "not":
      return { op: "not", item: fillCond(cond.item, fill) };
    case "exists":
      return { ...cond, where: cond.where && fillCond(cond.where, fill) };
    default:
      return fillLeaf(cond, fill);
  }
}

function fillAst(ast: Ast, fill: Fill): Ast {
  const steps = ast.steps.map((step): Step =>
    step.kind === "where"
      ? { ...step, cond: fillCond(step.cond, fill) }
      : step.kind === "include"
      ? { ...step, query: fill.child(step.query) }
      : step
  );
  const count = (verb: string, n: Count | undefined) =>
    typeof n === "object" ? fill.count(verb, n.param) : n;
  return {
    ...ast,
    steps,
    offset: count("offset", ast.offset),
    limit: count("limit", ast.limit),
    after: ast.after && "param" in ast.after ? fill.position(ast, ast.after.param) : ast.after,
  };
}

/** The params of a query and of its includes, each with a path that it is compared with. */
export function paramPaths(ast: Ast): Map<string, string> {
  const found = new Map<string, string>();
  const fill: Fill = {
    operand: (ref, name) => (found.set(name, ref.path), { kind: "param", name }),
    list: (ref, name) => (found.set(name, ref.path), []),
    count: (verb, name) => (found.set(name, verb), 0),
    position: (_, name) => (found.set(name, "after"), undefined),
    child: (child) => fillAst(child, fill),
  };
  fillAst(ast, fill);
  return found;
}

function bindWith(ast: Ast, outer: ReadonlyMap<string, unknown>): Ast {
  const params = outer.size === 0 ? ast.params : new Map([...outer, ...ast.params]);
  const value = (name: string): unknown => {
    if (params.has(name)) return params.get(name);
    throw new TypeError(
      `Cannot run the query as its params are filled by with: ${quote(name)} is missing`,
    );
  };
  return fillAst(ast, {
    operand(ref, name, op) {
      const given = value(name);
      if (op === "like" || op === "startsWith" || op === "endsWith") checkText(ref, op, given);
      return { kind: "value", value: checkOperand(ref, given) };
    },
    list: (ref, name) =>
      checkList(ref, value(name)).map((item) => ({ kind: "value", value: item })),
    count: (verb, name) => checkCount(verb, value(name)),
    position(inside, name) {
      const given = value(name);
      if (given === null) return undefined;
      return {
        values: typeof given === "string" ? parseCursor(inside, given) : rowPosition(inside, given),
      };
    },
    child: (child) => bindWith(child, params),
  });
}

function usedNames(ast: Ast): Set<string> {
  const names = new Set(ast.params.keys());
  for (const step of ast.steps) {
    if (step.kind === "include") usedNames(step.query).forEach((name) => names.add(name));
  }
  return names;
}

/**
 * The query with the values of its params in their places.
 *
 * @throws {TypeError} When a param is missing or unknown, or a value does not fit its path.
 * @throws {RangeError} When a value is one that no engine can hold.
 * @throws {SyntaxError} When a cursor can't be read.
 */
export function bindParams(ast: Ast): Ast {
  const paths = paramPaths(ast);
  for (const name of usedNames(ast)) {
    if (!paths.has(name)) {
      throw new TypeError(
        `Cannot run the query as with names its params: ${quote(name)} is unknown`,
      );
    }
  }
  return paths.size === 0 ? ast : bindWith(ast, new Map());
}
