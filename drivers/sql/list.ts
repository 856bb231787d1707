import { mapKey } from "../../schema/key.ts";
import type { Operand } from "../../query/ast.ts";
import type { Dialect } from "./dialect.ts";
import type { Plain } from "./expression.ts";
import { decided, exactly, type Pushed, type Writer } from "./pushed.ts";

/** Up to so many values are parameters of their own; more are one JSON text. */
const MOST_MARKS = 500;

/** The values of a list, each once. */
export function valuesOf(list: readonly Operand[] | Operand): unknown[] {
  const items = "kind" in list ? [list] : list;
  const values = new Map<unknown, unknown>();
  for (const item of items) {
    const value = item.kind === "value" ? item.value : null;
    values.set(mapKey(value), value);
  }
  return [...values.values()];
}

/**
 * Whether an expression is among values that are not null; null where it is null. The number of
 * marks is a power of two, the last value being given again, so that few texts serve all lists.
 */
export function amongSql(
  { sql, type }: Pick<Plain, "sql" | "type">,
  values: readonly unknown[],
  dialect: Dialect,
  out: Writer,
): string {
  if (values.length > MOST_MARKS) {
    const bound = values.map((value) => dialect.bind(type, value));
    return dialect.inList(type, sql, out.add(dialect.list(type, bound)));
  }
  const size = 2 ** Math.ceil(Math.log2(values.length));
  const marks = Array.from(
    { length: size },
    (_, i) => out.add(dialect.bind(type, values[Math.min(i, values.length - 1)])),
  );
  return size === 1 ? `${sql} = ${marks}` : `${sql} IN (${marks.join(", ")})`;
}

/** `in`, or `nin` when `negated`, for a column; null is equal to null alone. */
export function listSql(
  expr: Plain,
  values: readonly unknown[],
  negated: boolean,
  dialect: Dialect,
  out: Writer,
): Pushed {
  const { sql, nullable } = expr;
  const some = values.filter((value) => value !== null);
  const nulls = some.length < values.length;
  if (some.length === 0) {
    return nulls ? exactly(`${sql} IS ${negated ? "NOT " : ""}NULL`) : decided(false, negated);
  }
  const among = amongSql(expr, some, dialect, out);
  if (!nullable) return exactly(negated ? `NOT (${among})` : among);
  if (negated) {
    return exactly(`(NOT (${among}) ${nulls ? "AND" : "OR"} ${sql} IS ${nulls ? "NOT " : ""}NULL)`);
  }
  return exactly(nulls ? `(${among} OR ${sql} IS NULL)` : among);
}
