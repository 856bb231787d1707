import type { ColumnType } from "../../schema/compare.ts";
import type { AggregateSpec } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import {
  type Expr,
  exprOf,
  presence,
  rankOf,
  scalarOf,
  scalarsOf,
  type Scope,
  typedOf,
} from "./expression.ts";

/** An aggregate as the columns of a group: of a JSON value its rank and its scalar. */
export interface AggregateSql {
  readonly columns: readonly string[];
  readonly type: ColumnType;
  /** Whether it may fail, so that it must be worked out even where nobody looks at it. */
  readonly fails: boolean;
}

/** The number at a path, null where it is null; fails where a JSON value is none. */
function numberOf(dialect: Dialect, expr: Expr): string {
  if (expr.kind === "plain") return expr.sql;
  const rank = rankOf(dialect, expr);
  const number = typedOf(dialect, expr, "real");
  // A CASE works out the branch that it takes alone.
  return `CASE ${rank} WHEN 3 THEN ${number} WHEN 0 THEN NULL ELSE ${failing(dialect, rank)} END`;
}

function failing(dialect: Dialect, rank: string): string {
  return dialect.fail(`(${rank})`);
}

/** The rank of a value of JSON, null for null; fails where it is no scalar. */
function rankOrFail(dialect: Dialect, expr: Expr): string {
  const rank = rankOf(dialect, expr);
  return `CASE ${rank} WHEN 0 THEN NULL WHEN 5 THEN ${failing(dialect, rank)} ELSE ${rank} END`;
}

function one(sql: string, type: ColumnType, fails = false): AggregateSql {
  return { columns: [sql], type, fails };
}

function extremeSql(fn: "min" | "max", expr: Expr, dialect: Dialect): AggregateSql {
  if (expr.kind === "plain") return one(dialect.extreme(fn, expr.sql, expr.type), expr.type);
  const rank = `${fn}(${rankOrFail(dialect, expr)})`;
  return {
    columns: [
      `coalesce(${rank}, 0)`,
      dialect.json.extreme(fn, rank, scalarsOf(dialect, expr)),
    ],
    type: "json",
    fails: true,
  };
}

function countSql({ fn, refs }: AggregateSpec, scope: Scope): AggregateSql {
  const { dialect } = scope;
  const [ref] = refs;
  if (!ref) return one("count(*)", "integer");
  if (ref.type === "row") return one(`count(${presence(scope, ref)})`, "integer");
  const expr = exprOf(scope, ref);
  const distinct = fn === "countDistinct";
  if (expr.kind === "plain") {
    return one(`count(${distinct ? "DISTINCT " : ""}${expr.sql})`, "integer");
  }
  const rank = rankOf(dialect, expr);
  return distinct
    ? one(`count(DISTINCT ${dialect.json.key(rank, scalarOf(dialect, expr))})`, "integer", true)
    : one(`count(CASE WHEN ${rank} <> 0 THEN 1 END)`, "integer");
}

/** An aggregate over the rows of a scope. */
export function aggregateSql(spec: AggregateSpec, scope: Scope): AggregateSql {
  const { fn, refs } = spec;
  const { dialect } = scope;
  const [ref] = refs;
  if (!ref || fn === "count" || fn === "countDistinct") return countSql(spec, scope);
  if (fn === "min" || fn === "max") return extremeSql(fn, exprOf(scope, ref), dialect);
  const exprs = refs.map((item) => exprOf(scope, item));
  const json = exprs.some(({ kind }) => kind !== "plain");
  const value = exprs.map((expr) => numberOf(dialect, expr)).join(" * ");
  if (json || refs.some(({ type }) => type === "real")) {
    return one(dialect.finite(`${fn}(${value})`, `count(${value})`), "real", json);
  }
  if (fn === "avg") return one(dialect.wholeMean(value), "real");
  const big = refs.some(({ type }) => type === "bigint");
  return one(dialect.whole(`sum(${value})`, !big), big ? "bigint" : "integer", true);
}
