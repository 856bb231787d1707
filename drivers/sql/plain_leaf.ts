import type { ColumnType } from "../../schema/compare.ts";
import { afterPrefix } from "../../engine/bounds.ts";
import type { CompareOp, Leaf, Operand } from "../../query/ast.ts";
import { likePrefix } from "../../query/like.ts";
import { exprOf, type Plain, type Scope } from "./expression.ts";
import { listSql, valuesOf } from "./list.ts";
import { decided, exactly, LEFT, type Pushed, tested, type Writer } from "./pushed.ts";

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
  const bind = (value: unknown): string => out.add(dialect.bind(type, value));
  switch (leaf.op) {
    case "in":
    case "nin":
      return listSql(expr, valuesOf(leaf.list), (leaf.op === "nin") !== negated, dialect, out);
    case "eq":
    case "ne": {
      const differs = (leaf.op === "ne") !== negated;
      if (leaf.operand.kind === "column") {
        return exactly(dialect.same(sql, columnSql(scope, leaf.operand.ref), differs));
      }
      const value = valueOf(leaf.operand);
      if (value === null) return exactly(`${sql} IS ${differs ? "NOT " : ""}NULL`);
      if (!differs) return exactly(`${sql} = ${bind(value)}`);
      return exactly(nullable ? dialect.same(sql, bind(value), true) : `${sql} <> ${bind(value)}`);
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
      if (!negated) return exactly(`${sql} ${sign} ${bind(value)}`);
      // Not wrapped, so that an index serves both parts.
      return exactly(
        nullable
          ? `(${sql} ${complement} ${bind(value)} OR ${sql} IS NULL)`
          : `${sql} ${complement} ${bind(value)}`,
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
  { op, operand, fold }: TextLeaf,
  { sql }: Plain,
  negated: boolean,
  scope: Scope,
  out: Writer,
): Pushed {
  const { dialect } = scope;
  if (operand.kind === "column") {
    if (fold || op === "like") return LEFT;
    return tested(dialect.relates(op, sql, columnSql(scope, operand.ref)), negated);
  }
  const value = valueOf(operand);
  if (typeof value !== "string") return decided(false, negated);
  if (fold) return LEFT;
  const type: ColumnType = "text";
  const bind = (text: string): string => out.add(dialect.bind(type, text));
  const { prefix, exact } = op === "like"
    ? likePrefix(value)
    : { prefix: op === "startsWith" ? value : "", exact: op === "startsWith" };
  const pattern = exact ? undefined : dialect.pattern(op, value);
  if (!exact && (!pattern || negated && !pattern.exact)) return LEFT;
  const tests: string[] = [];
  if (exact || prefix !== "") {
    // A range of the index, whatever the engine makes of patterns.
    tests.push(`${sql} >= ${bind(prefix)}`);
    const after = afterPrefix(prefix);
    if (after !== undefined) tests.push(`${sql} < ${bind(after)}`);
  }
  if (pattern) tests.push(dialect.matches(op, sql, bind(pattern.value)));
  return { ...tested(tests.join(" AND "), negated), exact: pattern?.exact ?? true };
}
