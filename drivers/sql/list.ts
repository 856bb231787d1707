import { mapKey } from "../../schema/key.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { Operand } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import type { Plain } from "./expression.ts";
import { decided, exactly, type Pushed, type Writer } from "./pushed.ts";

/** Up to so many values are parameters of their own; more are one JSON text. */
const MOST_MARKS = 500;

/** A list by kinds, each value once. */
export interface ListValues {
  readonly nulls: boolean;
  readonly flags: readonly unknown[];
  /** Neither null nor boolean. */
  readonly rest: readonly unknown[];
}

/** The values of a list. */
export function valuesOf(list: readonly Operand[] | Operand): ListValues {
  const items = "kind" in list ? [list] : list;
  const values = new Map<unknown, unknown>();
  for (const item of items) {
    const value = item.kind === "value" ? item.value : null;
    values.set(mapKey(value), value);
  }
  const nulls = values.delete(null);
  const flags = [false, true].filter((flag) => values.delete(flag));
  return { nulls, flags, rest: [...values.values()] };
}

/** How many marks some values have: a power of two, 0 for none, Infinity for one JSON text. */
export function marksFor(size: number): number {
  return size === 0 ? 0 : size > MOST_MARKS ? Infinity : 2 ** Math.ceil(Math.log2(size));
}

/** All that the text of a statement depends on in a list, as one number. */
export function listForm({ nulls, flags, rest }: ListValues): number {
  const marks = marksFor(rest.length);
  return (marks === Infinity ? 1024 : marks) * 8 + flags.length * 2 + (nulls ? 1 : 0);
}

type Part = "flags" | "rest";

/** All values of a list as one parameter. */
function wholeOf(part: Part, dialect: Dialect, type: ColumnType): (list: ListValues) => unknown {
  return (list) => dialect.list(type, list[part].map((value) => dialect.bindItem(type, value)));
}

/** One value of a list; of those that lie beyond it the last. */
function itemOf(
  part: Part,
  i: number,
  dialect: Dialect,
  type: ColumnType,
): (list: ListValues) => unknown {
  return ({ [part]: some }) => dialect.bindItem(type, some[Math.min(i, some.length - 1)]);
}

/** A list with the part of the query that it is. */
export interface ListSource {
  readonly source: object;
  readonly values: ListValues;
}

/**
 * Whether an expression is among some values of a list, of which there is one at least; null where
 * it is null. The number of marks is a power of two, the last value being given again, so that few
 * texts serve all lists.
 */
export function amongSql(
  { sql, type }: Pick<Plain, "sql" | "type">,
  { source, values }: ListSource,
  part: Part,
  dialect: Dialect,
  out: Writer,
): string {
  const size = marksFor(values[part].length);
  if (size === Infinity) {
    return dialect.inList(type, sql, out.add(source, values, wholeOf(part, dialect, type)));
  }
  const marks = Array.from(
    { length: size },
    (_, i) => out.add(source, values, itemOf(part, i, dialect, type), type),
  );
  return size === 1 ? `${sql} = ${marks}` : `${sql} IN (${marks.join(", ")})`;
}

/** `in`, or `nin` when `negated`, for a column; null is equal to null alone. */
export function listSql(
  expr: Plain,
  list: ListSource,
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const { sql, nullable } = expr;
  const { nulls, flags, rest } = list.values;
  if (flags.length + rest.length === 0) {
    return nulls ? exactly(`${sql} IS ${negated ? "NOT " : ""}NULL`) : decided(false, negated);
  }
  // A column has values of one type.
  const among = amongSql(expr, list, flags.length > 0 ? "flags" : "rest", dialect, out);
  if (!nullable) return exactly(negated ? `NOT (${among})` : among);
  if (negated) {
    return exactly(`(NOT (${among}) ${nulls ? "AND" : "OR"} ${sql} IS ${nulls ? "NOT " : ""}NULL)`);
  }
  return exactly(nulls ? `(${among} OR ${sql} IS NULL)` : among);
}
