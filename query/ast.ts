/**
 * The plain data underneath a query.
 *
 * @module
 */
import type { ColumnType } from "../schema/compare.ts";
import type { ColumnDef, TableDef } from "../schema/table.ts";
import type { Shape } from "./shape.ts";

/** A path that was looked up in the rows it belongs to. */
export interface Ref {
  /** The path as it was written. */
  readonly path: string;
  /** Which row it is in: 0 is the source of the stage, then its joins in the order written. */
  readonly slot: number;
  /** The properties that lead to it inside that row; none for the row itself. */
  readonly names: readonly string[];
  /** The rest of the path, inside a JSON value. */
  readonly json: readonly string[];
  /** A column type; `row` for a joined row, `rows` for an include. */
  readonly type: ColumnType | "row" | "rows";
  /** The column of a table that holds the value, if one does. */
  readonly column: ColumnDef | undefined;
}

/** What a path is compared with: a value, a param by name, or another path of the row. */
export type Operand =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "column"; readonly ref: Ref };

/** Operators with one operand. */
export type CompareOp = "eq" | "ne" | "gt" | "gte" | "lt" | "lte";
/** Operators on text; `contains` on JSON arrays too. */
export type TextOp = "like" | "startsWith" | "endsWith" | "contains";

/** A test of one path. */
export type Leaf =
  | { readonly op: CompareOp; readonly ref: Ref; readonly operand: Operand }
  | { readonly op: "between"; readonly ref: Ref; readonly from: Operand; readonly to: Operand }
  | { readonly op: "in" | "nin"; readonly ref: Ref; readonly list: readonly Operand[] | Operand }
  | { readonly op: TextOp; readonly ref: Ref; readonly operand: Operand; readonly fold: boolean };

/** Columns of a new table with the paths that they must equal. */
export type OnRefs = readonly { readonly column: ColumnDef; readonly ref: Ref }[];

/** Paths of the children, by their names in the result, with the paths of the parent that they must equal. */
export type IncludeOn = readonly {
  readonly name: string;
  readonly child: Ref;
  readonly ref: Ref;
}[];

/** A condition, as `where`, `and`, `or`, `not`, `exists` make it. */
export type Cond =
  | Leaf
  | { readonly op: "and" | "or"; readonly items: readonly Cond[] }
  | { readonly op: "not"; readonly item: Cond }
  | {
    readonly op: "exists";
    readonly table: TableDef;
    readonly on: OnRefs;
    readonly where: Cond | undefined;
  };

/** One aggregate of a group; several refs are multiplied. */
export interface AggregateSpec {
  /** What is computed. */
  readonly fn: "count" | "countDistinct" | "sum" | "avg" | "min" | "max";
  /** The factors; none for a count of rows. */
  readonly refs: readonly Ref[];
}

/** A step of the pipeline, in the order written. */
export type Step =
  | { readonly kind: "where"; readonly cond: Cond }
  | {
    readonly kind: "join";
    readonly as: string;
    readonly slot: number;
    readonly table: TableDef;
    readonly on: OnRefs;
    readonly left: boolean;
  }
  | { readonly kind: "include"; readonly as: string; readonly query: Ast; readonly on: IncludeOn }
  | {
    readonly kind: "group";
    readonly paths: readonly Ref[];
    readonly aggregates: readonly (readonly [name: string, spec: AggregateSpec])[];
  };

/** One path that `select` keeps, and where the value goes in the result. */
export interface Selected {
  /** The path. */
  readonly ref: Ref;
  /** The properties that lead to it in the result. */
  readonly to: readonly string[];
}

/** One column of an order. */
export interface OrderItem {
  /** The path. */
  readonly ref: Ref;
  /** Whether the largest comes first. */
  readonly desc: boolean;
}

/** A number that may come later. */
export type Count = number | { readonly param: string };

/** Values of the total order's columns, or a param that gives a cursor. */
export type Position =
  | { readonly values: readonly unknown[] }
  | { readonly param: string };

/** A query. */
export interface Ast {
  /** The table that the pipeline begins with. */
  readonly table: TableDef;
  /** The pipeline. */
  readonly steps: readonly Step[];
  /** What the rows look like after the steps. */
  readonly shape: Shape;
  /** What is kept of each row; undefined for all of it. */
  readonly select: readonly Selected[] | undefined;
  /** Whether equal rows are given once. */
  readonly distinct: boolean;
  /** The user's order; `totalOrder` appends the keys. */
  readonly orderBy: readonly OrderItem[];
  /** Where the window begins. */
  readonly after: Position | undefined;
  /** How many rows are passed by. */
  readonly offset: Count | undefined;
  /** How many rows there are at most. */
  readonly limit: Count | undefined;
  /** What `with` gave. */
  readonly params: ReadonlyMap<string, unknown>;
}
