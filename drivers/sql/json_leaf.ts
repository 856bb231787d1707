import { jsonRank } from "../../schema/json_value.ts";
import type { Leaf } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import { type Expr, exprOf, rankOf, scalarOf, type Scope, typedOf } from "./expression.ts";
import { amongSql, valuesOf } from "./list.ts";
import { SIGNS, valueOf } from "./plain_leaf.ts";
import { decided, exactly, LEFT, type Pushed, tested, type Writer } from "./pushed.ts";

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
    case "nin":
      return jsonList(expr, valuesOf(leaf.list), (leaf.op === "nin") !== negated, dialect, out);
    case "eq":
    case "ne": {
      const differs = (leaf.op === "ne") !== negated;
      if (leaf.operand.kind === "value") {
        return jsonEqual(expr, leaf.operand.value, differs, dialect, out);
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
      return tested(`${sql} ${sign} ${out.add(dialect.bind(type, value))}`, negated);
    }
  }
}

function jsonEqual(
  expr: Expr,
  value: unknown,
  differs: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  if (value === null || typeof value === "boolean") {
    const rank = value === null ? "0" : out.add(jsonRank(value));
    return exactly(`${rankOf(dialect, expr)} ${differs ? "<>" : "="} ${rank}`);
  }
  return exactly(
    dialect.same(scalarOf(dialect, expr), out.add(dialect.bind("json", value)), differs),
  );
}

function jsonList(
  expr: Expr,
  values: readonly unknown[],
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const parts: string[] = [];
  const flags = values.filter((value) => typeof value === "boolean");
  const rest = values.filter((value) => typeof value === "number" || typeof value === "string");
  if (values.includes(null)) parts.push(`${rankOf(dialect, expr)} = 0`);
  for (const flag of flags) parts.push(`${rankOf(dialect, expr)} = ${out.add(jsonRank(flag))}`);
  if (rest.length > 0) {
    parts.push(amongSql({ sql: scalarOf(dialect, expr), type: "json" }, rest, dialect, out));
  }
  return parts.length > 0 ? tested(parts.join(" OR "), negated) : decided(false, negated);
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
  { op, operand, fold }: Extract<Leaf, { fold: boolean }>,
  expr: Expr,
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  if (operand.kind === "column") return LEFT;
  const value = valueOf(operand);
  const tests: string[] = [];
  let exact = true;
  if (typeof value === "string") {
    const pattern = fold ? undefined : dialect.pattern(op, value);
    if (!pattern || negated && !pattern.exact) return LEFT;
    exact = pattern.exact;
    tests.push(dialect.matches(op, typedOf(dialect, expr, "text"), out.add(pattern.value)));
  }
  if (op === "contains" && expr.kind === "doc") {
    tests.push(dialect.json.hasElement(expr.doc, expr.path, value, (part) => out.add(part)));
  }
  if (tests.length === 0) return decided(false, negated);
  return { ...tested(tests.join(" OR "), negated), exact };
}
