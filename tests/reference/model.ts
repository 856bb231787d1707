/**
 * What the reference evaluator is told: tables in plain words, rows as plain objects, and
 * a query in its public JSON form.
 *
 * @module
 */
export type ColumnType =
  | "text"
  | "integer"
  | "real"
  | "boolean"
  | "bigint"
  | "date"
  | "bytes"
  | "json";

export interface TableModel {
  readonly name: string;
  /** Name and type of each column, in the order declared. */
  readonly columns: readonly (readonly [name: string, type: ColumnType])[];
  readonly primaryKey: readonly string[];
}

/** A row, or a nested part of one. The reference makes them without a prototype. */
export interface Row {
  [name: string]: unknown;
}

export type Data = ReadonlyMap<string, readonly Row[]>;

/** A scalar of the JSON form: plain, or tagged by the codec. */
export type ScalarJson = null | boolean | number | string | { readonly $: readonly unknown[] };
export type ParamJson = { readonly $: readonly ["param", string] };
export type OperandJson = ScalarJson;
/** Pairs of a column of the new table and a path of the rows so far. */
export type OnJson = readonly (readonly [column: string, path: string])[];

export type LeafJson = readonly [op: string, path: string, ...rest: unknown[]];
export interface ExistsJson {
  readonly table: string;
  readonly on: OnJson;
  readonly where?: ConditionJson;
}
export type ConditionJson =
  | { readonly and: readonly ConditionJson[] }
  | { readonly or: readonly ConditionJson[] }
  | { readonly not: ConditionJson }
  | { readonly exists: ExistsJson }
  | LeafJson;

export type AggregateJson = readonly [
  name: string,
  path?: string | { readonly product: readonly string[] },
];
export interface JoinJson {
  readonly as: string;
  readonly table: string;
  readonly on: OnJson;
}
export interface IncludeJson {
  readonly as: string;
  readonly query: QueryJson;
  readonly on: OnJson;
}
export interface GroupJson {
  readonly paths: readonly string[];
  readonly aggregates: readonly (readonly [name: string, aggregate: AggregateJson])[];
}
export type StepJson =
  | { readonly where: ConditionJson }
  | { readonly join: JoinJson }
  | { readonly leftJoin: JoinJson }
  | { readonly include: IncludeJson }
  | { readonly groupBy: GroupJson };

export interface QueryJson {
  readonly strata: 1;
  readonly from: string;
  readonly steps: readonly StepJson[];
  /** Paths, which nest in the result, or pairs of a new name and a path. */
  readonly select?: readonly (string | readonly [name: string, path: string])[];
  readonly distinct?: true;
  readonly orderBy?: readonly (readonly [path: string, direction: "asc" | "desc"])[];
  readonly after?: { readonly values: readonly ScalarJson[] } | ParamJson | null;
  readonly offset?: number | ParamJson;
  readonly limit?: number | ParamJson;
  readonly with?: readonly (readonly [name: string, value: unknown])[];
}
