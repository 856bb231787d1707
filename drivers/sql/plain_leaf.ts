import type { CompareOp, Leaf, Operand } from "../../query/ast.ts";
import { exprOf, type Plain, type Scope } from "./expression.ts";
import { listSql, valuesOf } from "./list.ts";
import { binder, decided, exactly, LEFT, type Pushed, tested, type Writer } from "./pushed.ts";
import { afterOf, patternOf, prefixOf, type TextMatch, textMatch } from "./text_match.ts";

/** The signs of the ranges, and of their complements. */
export const SIGNS: Readonly<Record<Exclude<CompareOp, "eq" | "ne">, readonly [string, string]>> = {
  gt: [">", "<="],
  gte: [">=", "<"],
  lt: ["<", ">="],
  lte: ["<=", ">"],
};

/** The value of an operand that is no column. */
export function valueOf(operand: Operand): unknown {
  return operand.kind === "value" ? operand.value : null;
}

/** A test of a column, or of what groups have of one, against values or columns of its type. */
export function plainLeaf(
  leaf: Exclude<Leaf, { op: "between" }>,
  expr: Plain,
  negated: boolean,
  scope: Scope,
  out: Writer,
): Pushed {
  const { dialect } = scope;
  const { sql, type, nullable } = expr;
  const bind = (operand: Operand): string =>
    out.add(operand, valueOf(operand), binder(dialect, type), type);
  switch (leaf.op) {
    case "in":
    case "nin": {
      const list = { source: leaf.list, values: valuesOf(leaf.list) };
      return listSql(expr, list, (leaf.op === "nin") !== negated, dialect, out);
    }
    case "eq":
    case "ne": {
      const differs = (leaf.op === "ne") !== negated;
      if (leaf.operand.kind === "column") {
        return exactly(dialect.same(sql, columnSql(scope, leaf.operand.ref), differs));
      }
      const value = valueOf(leaf.operand);
      if (value === null) return exactly(`${sql} IS ${differs ? "NOT " : ""}NULL`);
      if (!differs) return exactly(`${sql} = ${bind(leaf.operand)}`);
      return exactly(
        nullable ? dialect.same(sql, bind(leaf.operand), true) : `${sql} <> ${bind(leaf.operand)}`,
      );
    }
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      return textLeaf(leaf, expr, negated, scope, out);
    default: {
      const [sign, complement] = SIGNS[leaf.op];
      if (leaf.operand.kind === "column") {
        return tested(`${sql} ${sign} ${columnSql(scope, leaf.operand.ref)}`, negated);
      }
      const value = valueOf(leaf.operand);
      if (value === null) return decided(false, negated);
      if (!negated) return exactly(`${sql} ${sign} ${bind(leaf.operand)}`);
      // Not wrapped, so that an index serves both parts.
      return exactly(
        nullable
          ? `(${sql} ${complement} ${bind(leaf.operand)} OR ${sql} IS NULL)`
          : `${sql} ${complement} ${bind(leaf.operand)}`,
      );
    }
  }
}

/** The expression of a column that is no JSON. */
function columnSql(scope: Scope, ref: Parameters<typeof exprOf>[1]): string {
  const expr = exprOf(scope, ref);
  return expr.kind === "plain" ? expr.sql : "NULL";
}

type TextLeaf = Extract<Leaf, { fold: boolean }>;

function textLeaf(
  leaf: TextLeaf,
  { sql }: Plain,
  negated: boolean,
  scope: Scope,
  out: Writer,
): Pushed {
  const { dialect } = scope;
  const { op, operand, fold } = leaf;
  if (operand.kind === "column") {
    if (fold || op === "like") return LEFT;
    return tested(dialect.relates(op, sql, columnSql(scope, operand.ref)), negated);
  }
  const match = textMatch(leaf, valueOf(operand), dialect);
  if (typeof match.value !== "string") return decided(false, negated);
  if (fold) return LEFT;
  const bind = (of: (match: TextMatch) => unknown): string => out.add(operand, match, of, "text");
  const { prefix, prefixed, after, pattern } = match;
  if (!prefixed && (!pattern || negated && !pattern.exact)) return LEFT;
  const tests: string[] = [];
  if (prefixed || prefix !== "") {
    // A range of the index, whatever the engine makes of patterns.
    tests.push(`${sql} >= ${bind(prefixOf)}`);
    if (after !== undefined) tests.push(`${sql} < ${bind(afterOf)}`);
  }
  if (pattern) tests.push(dialect.matches(op, sql, bind(patternOf)));
  return { ...tested(tests.join(" AND "), negated), exact: pattern?.exact ?? true };
}
