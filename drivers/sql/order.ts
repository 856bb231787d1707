import type { ColumnType } from "../../schema/compare.ts";
import { jsonRank } from "../../schema/json_value.ts";
import type { OrderItem } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import { exprOf, NOTHING, rankOf, scalarOf, type Scope } from "./expression.ts";
import { AFTER, type Writer } from "./pushed.ts";

/** One expression of an order; a value of JSON has two, its rank and its scalar. */
export interface Term {
  readonly sql: string;
  readonly desc: boolean;
  readonly nullable: boolean;
  readonly type: ColumnType;
  /** Whether it is a column, which an index may hold. */
  readonly column: boolean;
  /** Its part of a position's value. */
  readonly part: (value: unknown) => unknown;
}

/** The expressions by which rows are ordered. */
export function orderTerms(order: readonly OrderItem[], scope: Scope): Term[] {
  const { dialect } = scope;
  return order.flatMap(({ ref, desc }): Term[] => {
    const expr = exprOf(scope, ref);
    if (expr.kind === "plain") {
      const { sql, type, nullable } = expr;
      return [{ sql, desc, nullable, type, column: true, part: (value) => value }];
    }
    if (expr === NOTHING) return []; // all rows are level
    return [
      {
        ...{ sql: rankOf(dialect, expr), desc, nullable: false, type: "integer", column: false },
        part: jsonRank,
      },
      {
        ...{ sql: scalarOf(dialect, expr), desc, nullable: true, type: "json", column: false },
        part: (value) => jsonRank(value) === 3 || jsonRank(value) === 4 ? value : null,
      },
    ];
  });
}

/** `ORDER BY` and what follows it. */
export function orderText(terms: readonly Term[], scope: Scope): string {
  const list = terms.map(({ sql, desc, nullable }) => scope.dialect.order(sql, desc, nullable));
  return list.length > 0 ? ` ORDER BY ${list.join(", ")}` : "";
}

/** A term with its value in a position, which is part of one of the position's. */
export type At = Term & {
  readonly value: unknown;
  readonly values: readonly unknown[];
  readonly at: number;
};

/** A position by its terms. */
export function positionOf(
  order: readonly OrderItem[],
  scope: Scope,
  values: readonly unknown[],
): At[] {
  return order.flatMap((item, i) =>
    orderTerms([item], scope).map((term) => ({
      ...term,
      ...{ value: term.part(values[i]), values, at: i },
    }))
  );
}

function bind({ type, part, values, at }: At, out: Writer): string {
  return out.add(AFTER, values, binder(out.dialect, type, part, at), type);
}

/** Apart, so that it keeps no values. */
function binder(
  dialect: Dialect,
  type: ColumnType,
  part: Term["part"],
  at: number,
): (values: readonly unknown[]) => unknown {
  return (values) => dialect.bind(type, part(values[at]));
}

/** Whether a row comes after the position by this term alone; or, not `strict`, is level with it. */
function beyond(term: At, strict: boolean, out: Writer): string {
  const { sql, desc, nullable, value } = term;
  if (value === null) {
    if (desc) return strict ? "FALSE" : `${sql} IS NULL`;
    return strict ? `${sql} IS NOT NULL` : "TRUE";
  }
  const test = `${sql} ${desc ? "<" : ">"}${strict ? "" : "="} ${bind(term, out)}`;
  return desc && nullable ? `(${test} OR ${sql} IS NULL)` : test;
}

/**
 * Whether a row comes after a position: a bound on the first column, which an index serves, and
 * then the rest. `a >= ? AND (a > ? OR b >= ? AND (b > ? OR ...))`.
 */
export function afterSql(position: readonly At[], out: Writer): string {
  const [first, ...rest] = position;
  if (!first) return "FALSE";
  if (rest.length === 0) return beyond(first, true, out);
  const bound = beyond(first, false, out);
  const inner = `(${beyond(first, true, out)} OR ${afterSql(rest, out)})`;
  return bound === "TRUE" ? inner : `(${bound} AND ${inner})`;
}

/**
 * The same in two parts, one on each side of the border between nulls and values of the first
 * column, so that an index serves each; undefined where the position has all on one side.
 */
export function afterParts(
  position: readonly At[],
): readonly [(out: Writer) => string, (out: Writer) => string] | undefined {
  const [first] = position;
  if (!first?.column || !first.nullable || first.desc === (first.value === null)) return undefined;
  const { sql } = first;
  if (first.value !== null) {
    const values = position.map((term, i) => i === 0 ? { ...term, nullable: false } : term);
    return [(out) => afterSql(values, out), () => `${sql} IS NULL`];
  }
  const [, ...rest] = position;
  return [
    (out) => `${sql} IS NULL AND ${afterSql(rest, out)}`,
    () => `${sql} IS NOT NULL`,
  ];
}
