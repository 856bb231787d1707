import { jsonRank } from "../../schema/json_value.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { Leaf, Operand } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import {
  type Expr,
  exprOf,
  rankOf,
  scalarOf,
  scalarsOf,
  type Scope,
  typedOf,
} from "./expression.ts";
import { amongSql, type ListSource, type ListValues, valuesOf } from "./list.ts";
import { SIGNS, valueOf } from "./plain_leaf.ts";
import { binder, decided, exactly, LEFT, type Pushed, tested, type Writer } from "./pushed.ts";
import { patternOf, textMatch, valueReader } from "./text_match.ts";

/** A test of a value of JSON, or of a column against one: scalars alone, by their JSON type. */
export function jsonLeaf(
  leaf: Exclude<Leaf, { op: "between" }>,
  expr: Expr,
  negated: boolean,
  scope: Scope,
  out: Writer,
): Pushed {
  const { dialect } = scope;
  switch (leaf.op) {
    case "in":
    case "nin": {
      const list = { source: leaf.list, values: valuesOf(leaf.list) };
      return jsonList(expr, list, (leaf.op === "nin") !== negated, dialect, out);
    }
    case "eq":
    case "ne": {
      const differs = (leaf.op === "ne") !== negated;
      if (leaf.operand.kind === "value") {
        return jsonEqual(expr, leaf.operand, differs, dialect, out);
      }
      if (leaf.operand.kind !== "column") return LEFT;
      const [a, b] = [expr, exprOf(scope, leaf.operand.ref)];
      const [rank, other] = [rankOf(dialect, a), rankOf(dialect, b)];
      const same = dialect.same(scalarOf(dialect, a), scalarOf(dialect, b), false);
      return tested(`${rank} = ${other} AND ${rank} < 5 AND ${same}`, differs);
    }
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      return jsonText(leaf, expr, negated, dialect, out);
    default: {
      const [sign] = SIGNS[leaf.op];
      if (leaf.operand.kind === "column") {
        return jsonOrder(sign, expr, exprOf(scope, leaf.operand.ref), negated, dialect);
      }
      const value = valueOf(leaf.operand);
      if (value === null) return decided(false, negated);
      const type = typeof value === "boolean"
        ? "boolean"
        : typeof value === "string"
        ? "text"
        : "real";
      const sql = typedOf(dialect, expr, type);
      const mark = out.add(leaf.operand, value, binder(dialect, type), type);
      return tested(`${sql} ${sign} ${mark}`, negated);
    }
  }
}

function jsonEqual(
  expr: Expr,
  operand: Operand,
  differs: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const value = valueOf(operand);
  if (value === null || typeof value === "boolean") {
    const rank = value === null ? "0" : out.add(operand, value, jsonRank, "integer");
    return exactly(`${rankOf(dialect, expr)} ${differs ? "<>" : "="} ${rank}`);
  }
  const mark = (type: ColumnType) => out.add(operand, value, binder(dialect, type), type);
  return exactly(dialect.json.same(scalarsOf(dialect, expr), value, mark, differs));
}

function jsonList(
  expr: Expr,
  list: ListSource,
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const parts: string[] = [];
  const { source, values } = list;
  const { nulls, flags, rest } = values;
  if (nulls) parts.push(`${rankOf(dialect, expr)} = 0`);
  flags.forEach((_, i) => {
    const mark = out.add(source, values, flagRank(i), "integer");
    parts.push(`${rankOf(dialect, expr)} = ${mark}`);
  });
  if (rest.length > 0) {
    parts.push(
      amongSql({ sql: scalarOf(dialect, expr), type: "json" }, list, "rest", dialect, out),
    );
  }
  return parts.length > 0 ? tested(parts.join(" OR "), negated) : decided(false, negated);
}

function flagRank(i: number): (list: ListValues) => number {
  return ({ flags }) => jsonRank(flags[i]);
}

/** Between types a range is false. */
function jsonOrder(sign: string, a: Expr, b: Expr, negated: boolean, dialect: Dialect): Pushed {
  const [rank, other] = [rankOf(dialect, a), rankOf(dialect, b)];
  const scalars = `${scalarOf(dialect, a)} ${sign} ${scalarOf(dialect, b)}`;
  return tested(
    `${rank} = ${other} AND ${rank} IN (3, 4) AND ${scalars} OR ` +
      `${rank} IN (1, 2) AND ${other} IN (1, 2) AND ${rank} ${sign} ${other}`,
    negated,
  );
}

function jsonText(
  leaf: Extract<Leaf, { fold: boolean }>,
  expr: Expr,
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const { op, operand } = leaf;
  if (operand.kind === "column") return LEFT;
  const match = textMatch(leaf, valueOf(operand), dialect);
  const { value, pattern } = match;
  const tests: string[] = [];
  let exact = true;
  if (typeof value === "string") {
    if (!pattern || negated && !pattern.exact) return LEFT;
    exact = pattern.exact;
    const mark = out.add(operand, match, patternOf, "text");
    tests.push(dialect.matches(op, typedOf(dialect, expr, "text"), mark));
  }
  if (op === "contains" && expr.kind === "doc") {
    const add = (of: (value: unknown) => unknown, type: ColumnType): string =>
      out.add(operand, match, valueReader(of), type);
    tests.push(dialect.json.hasElement(expr.doc, expr.path, value, add));
  }
  if (tests.length === 0) return decided(false, negated);
  return { ...tested(tests.join(" OR "), negated), exact };
}
