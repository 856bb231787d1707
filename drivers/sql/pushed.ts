import type { ColumnType } from "../../schema/compare.ts";
import type { TableDef } from "../../schema/table.ts";
import type { Dialect } from "./dialect.ts";

/** A condition in SQL; where it is not exact it keeps more rows than it should. */
export interface Pushed {
  readonly sql: string;
  readonly exact: boolean;
}

/** All rows. */
export const ALL: Pushed = { sql: "TRUE", exact: true };
/** No row. */
export const NONE: Pushed = { sql: "FALSE", exact: true };
/** A condition that is left to memory altogether. */
export const LEFT: Pushed = { sql: "TRUE", exact: false };

/** A condition that is what it should be. */
export function exactly(sql: string): Pushed {
  return { sql, exact: true };
}

/** True or false for every row, as a rule is; its complement when `negated`. */
export function decided(truth: boolean, negated: boolean): Pushed {
  return truth === negated ? NONE : ALL;
}

/** A test that may be null, which counts as false; its complement when `negated`. */
export function tested(sql: string, negated: boolean): Pushed {
  return exactly(negated ? `(${sql}) IS NOT TRUE` : `(${sql})`);
}

/**
 * A parameter, with the part of a query that it comes from: an operand, a list, {@linkcode WINDOW}
 * or {@linkcode AFTER}. A query of the same shape has such a part too, with another value.
 */
export interface Param {
  readonly source: object;
  /** What is bound for the value of the source. */
  readonly of: (value: unknown) => unknown;
  /** What is bound for this query. */
  readonly value: unknown;
}

/** The source of the numbers of a query's window. */
export const WINDOW = {};
/** The source of the values of the position after which a query's rows come. */
export const AFTER = {};

/** Binds a value as one of a type. Made here, so that it keeps nothing of the query around it. */
export function binder(dialect: Dialect, type: ColumnType): (value: unknown) => unknown {
  return (value) => dialect.bind(type, value);
}

/** A statement while it is written: parameters in the order of its text, and names for rows. */
export class Writer {
  /** In the order of their marks. */
  readonly params: Param[] = [];
  /** The tables of subselects by the names of their rows. */
  readonly subselects = new Map<string, TableDef>();
  constructor(readonly dialect: Dialect) {}

  /**
   * Binds what `of` makes of the value of a source; it outlives the query, so it keeps no values. With
   * `type` the mark says of which type it is.
   */
  add<T>(source: object, value: T, of: (value: T) => unknown, type?: ColumnType): string {
    const bound = of(value);
    // A source has values of one type in all queries of a shape.
    const param: Param = { source, of: of as (value: unknown) => unknown, value: bound };
    return this.dialect.mark(this.params.push(param), type, bound);
  }
  /** What is bound, in order. */
  get values(): unknown[] {
    return this.params.map(({ value }) => value);
  }
  /** A name for the rows of a table in a subselect. */
  alias(table: TableDef): string {
    const name = `e${this.subselects.size + 1}`;
    this.subselects.set(name, table);
    return name;
  }
  /** Takes back what was bound since there were `size` parameters. */
  cut(size: number): void {
    this.params.length = size;
  }
}

/** Joined in halves, since engines limit how deep an expression may be. */
function joined(items: readonly string[], word: string): string {
  if (items.length <= 16) return items.join(word);
  const half = items.length >> 1;
  return `(${joined(items.slice(0, half), word)})${word}(${joined(items.slice(half), word)})`;
}

/** All of some conditions; of nothing: true. */
export function allOf(items: readonly (() => Pushed)[]): Pushed {
  const done = items.map((item) => item());
  const exact = done.every((item) => item.exact);
  const texts = done.map(({ sql }) => sql).filter((sql) => sql !== "TRUE");
  if (texts.length === 0) return { sql: "TRUE", exact };
  return { sql: texts.length === 1 ? texts.join() : `(${joined(texts, " AND ")})`, exact };
}

/** Some of some conditions; of nothing: false. */
export function anyOf(items: readonly (() => Pushed)[], out: Writer): Pushed {
  const size = out.params.length;
  const done = items.map((item) => item());
  const all = done.find(({ sql }) => sql === "TRUE");
  if (all) {
    out.cut(size); // then the others narrow nothing
    return done.some(({ sql, exact }) => sql === "TRUE" && exact) ? ALL : LEFT;
  }
  const exact = done.every((item) => item.exact);
  const texts = done.map(({ sql }) => sql).filter((sql) => sql !== "FALSE");
  if (texts.length === 0) return { sql: "FALSE", exact };
  return { sql: texts.length === 1 ? texts.join() : `(${joined(texts, " OR ")})`, exact };
}
