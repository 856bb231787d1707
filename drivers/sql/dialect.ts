import type { ColumnType } from "../../schema/compare.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { PlanStep } from "../../engine/explain.ts";
import type { TextOp } from "../../query/ast.ts";
import type { Cells } from "./decode.ts";

/** A pattern as an engine takes it; `exact` when it matches nothing but what it should. */
export interface Pattern {
  readonly value: string;
  readonly exact: boolean;
}

/** A scalar of JSON: as one expression, or as its number or its text alone. */
export interface Scalar {
  readonly whole: () => string;
  readonly real: () => string;
  readonly text: () => string;
}

/**
 * Reads from a JSON document. `doc` is the expression of the whole text, `path` names inside
 * it; no name holds what no document can.
 */
export interface JsonDialect {
  /** `0` null or missing, `1` false, `2` true, `3` numbers, `4` text, `5` the rest; never null. */
  rank(doc: string, path: readonly string[]): string;
  /** The number or the text there, as the engine's own type; null for anything else. */
  scalar(doc: string, path: readonly string[]): string;
  /** The same for numbers alone. */
  number(doc: string, path: readonly string[]): string;
  /** The same for text alone. */
  text(doc: string, path: readonly string[]): string;
  /** The boolean there, as a boolean column holds it. */
  truth(doc: string, path: readonly string[]): string;
  /** A number or text that is a column, as {@linkcode scalar} gives it from a document. */
  ofColumn(sql: string, type: ColumnType): string;
  /** A scalar as one of a type, from it and its rank; null for any other. */
  typed(rank: string, scalar: string, type: "boolean" | "real" | "text"): string;
  /** A scalar as the client gives it. */
  decode(cell: unknown): unknown;
  /** Whether a scalar is the same as a bound number or text; null is the same as null alone. */
  same(
    scalar: Scalar,
    value: unknown,
    mark: (type: ColumnType) => string,
    differs: boolean,
  ): string;
  /** The least or greatest scalar of a group, whose rank, worked out likewise, is given. */
  extreme(fn: "min" | "max", rank: string, scalar: Scalar): string;
  /** The JSON text of what is there; null where there is nothing. */
  raw(doc: string, path: readonly string[]): string;
  /**
   * Whether it is an array with that scalar, of which `add` binds what it is told where the value
   * is more than null. The text depends on the type of the value alone.
   */
  hasElement(
    doc: string,
    path: readonly string[],
    value: unknown,
    add: (of: (value: unknown) => unknown, type: ColumnType) => string,
  ): string;
  /** One value for rank and scalar, by which they can be told apart; fails for the rest. */
  key(rank: string, scalar: string): string;
}

/**
 * What differs from one SQL engine to the next. All members give text; no text holds a value,
 * values are bound to marks.
 */
export interface Dialect {
  readonly name: string;
  /** A name as an identifier. */
  quote(name: string): string;
  /**
   * The `n`th parameter, from 1, as one of a type where there is one. What is bound may decide about the
   * text by its kind alone.
   */
  mark(n: number, type?: ColumnType, bound?: unknown): string;
  /** Whether a mark says which number it is: one for a column of whole numbers, or any. */
  readonly tellsNumbers: boolean;
  /** A column of rows with an alias, as one of its type in the schema. */
  column(alias: string, name: string, def: TableDef | undefined): string;
  /** A parameter that is put into a column, where nothing but the mark says its type. */
  markFor(n: number, def: TableDef, column: ColumnDef): string;
  /** A name for rows that have none of their own, where one is needed. */
  derived(name: string): string;
  /** Whether a subselect may look at the rows beside it, so that it may be run for each of them. */
  readonly lateral: boolean;
  /** The type of a column. */
  columnType(type: ColumnType): string;
  /** What stands after the columns of a table. */
  readonly tableOptions: string;
  /** What a column that is never null has in rows that are there, until they get its value. */
  empty(type: ColumnType): string;
  /** What makes some columns the primary key of a table. */
  primaryKey(def: TableDef, columns: string): string;
  /** What else is to be done when a table was made. */
  created(def: TableDef): readonly string[];
  /** What else is to be done when a table is renamed; no other's name is the new one. */
  renamed(from: TableDef, to: TableDef): readonly string[];
  /** One column of an index, which serves {@linkcode order}. */
  indexed(column: string, nullable: boolean): string;
  /** A name for an index, no other's and no table's. */
  indexName(def: TableDef, index: IndexDef): string;
  /** A value that is not null as it is bound; it is never null then. */
  bind(type: ColumnType, value: unknown): unknown;
  /** The same for one of a list, whose kind no text depends on; what no column holds equals nothing. */
  bindItem(type: ColumnType, value: unknown): unknown;
  /** The expression by which a value of a type is read. */
  result(type: ColumnType, sql: string): string;
  /** Whether two values are the same; null is the same as null alone. */
  same(a: string, b: string, negated: boolean): string;
  /** One column of an order, null lowest if it may be null. */
  order(sql: string, desc: boolean, nullable: boolean): string;
  /** The most rows there are, where an offset needs a limit. */
  readonly noLimit: string;
  /** A bound number of rows after `LIMIT`. */
  limit(mark: string): string;
  /**
   * The pattern of a text operator, or undefined when the engine can't take it. Texts depend on
   * whether there is one and it is exact, never on what it is.
   */
  pattern(op: TextOp, operand: string): Pattern | undefined;
  /** Whether text matches a bound {@linkcode Pattern}. */
  matches(op: TextOp, sql: string, mark: string): string;
  /** Whether text begins with, ends with or contains the text of another expression. */
  relates(op: Exclude<TextOp, "like">, sql: string, part: string): string;
  /** Many values that are not null as one parameter. */
  list(type: ColumnType, values: readonly unknown[]): unknown;
  /**
   * Where that is faster, many rows go as one parameter a column; the rows of all of them, or undefined where a
   * table's columns can't be had so.
   */
  columnLists?(def: TableDef): string | undefined;
  /** Whether a value is among those of a bound {@linkcode list}; null where it is null. */
  inList(type: ColumnType, sql: string, mark: string): string;
  /** The least or greatest value of a type in a group. */
  extreme(fn: "min" | "max", sql: string, type: ColumnType): string;
  /** A sum or mean of values that are not whole, which fails where it isn't finite. */
  finite(sql: string, count: string): string;
  /** A sum of whole numbers that fails where it isn't exact; `safe` up to 2^53 - 1 alone. */
  whole(sql: string, safe: boolean): string;
  /** A mean of whole numbers, rounded once; fails where their sum is no exact double. */
  wholeMean(sql: string): string;
  /** Whether a number of a real column is infinite. */
  infinite(sql: string): string;
  /** Fails when it is evaluated, unless `sql` is null; never worked out ahead. */
  fail(sql: string): string;
  readonly json: JsonDialect;
  readonly explain: ExplainDialect;
}

/** What an engine says of how it runs a statement. */
export interface EnginePlan {
  /** The tables as they are reached, with the stage they are in and the name of their rows. */
  readonly steps: readonly {
    readonly alias: string;
    readonly stage: number;
    readonly step: PlanStep;
  }[];
  /** Whether the rows of the last stage are sorted. */
  readonly sorts: boolean;
}

/** How an engine is asked how it runs a statement. */
export interface ExplainDialect {
  statement(text: string): string;
  /**
   * What its rows say. `last` is the number of the last stage; `tableOf` gives the table whose rows
   * have a name in a stage.
   */
  read(
    rows: readonly Cells[],
    last: number,
    tableOf: (alias: string, stage: number) => TableDef | undefined,
    dialect: Dialect,
  ): EnginePlan;
}
