import type { ColumnType } from "../../schema/compare.ts";

/** The types of our columns, as PostgreSQL itself names them. */
export const TYPES: Record<ColumnType, string> = {
  text: "text",
  integer: "bigint",
  bigint: "bigint",
  real: "double precision",
  boolean: "boolean",
  date: "timestamp(3) with time zone",
  bytes: "bytea",
  json: "json",
};

/** The types of parameters that are put into columns, by their short names. */
export const INPUTS: Record<ColumnType, string> = {
  text: "text",
  integer: "int8",
  bigint: "int8",
  real: "float8",
  boolean: "bool",
  date: "timestamptz",
  bytes: "bytea",
  json: "json",
};

/** The types of parameters that are compared; a value of JSON as `postgres_json.ts` has it. */
export const CASTS: Record<ColumnType, string> = { ...INPUTS, json: "text" };

/** The types of columns by the names of tables and columns, where others made them. */
export type ForeignTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Types that do what ours does as they are, comparisons by an index included. */
const ALIKE: Record<ColumnType, RegExp> = {
  text: /^(?:text|character varying(?:\(\d+\))?) "C"$/,
  integer: /^(?:bigint|integer|smallint|numeric(?:\(.*\))?)$/,
  bigint: /^(?:bigint|integer|smallint|numeric(?:\(.*\))?)$/,
  real: /^(?:double precision|bigint|integer|smallint)$/,
  boolean: /^boolean$/,
  date: /^timestamp\([0-3]\) with time zone$/,
  bytes: /^bytea$/,
  json: /^(?:json|jsonb|text|character varying(?:\(\d+\))?(?: .*)?)$/,
};

/** Whether a column of a type needs no cast to be read and compared as one of ours. */
export function isAlike(type: ColumnType, declared: string): boolean {
  return ALIKE[type].test(declared);
}

/** A column that others made, as one of ours; what no cast gives is refused by the engine. */
export function castColumn(sql: string, type: ColumnType, declared: string): string {
  if (type === "text") {
    const text = /^(?:text|character varying)/.test(declared) ? sql : `${sql}::text`;
    return `(${text} COLLATE "C")`;
  }
  if (type === "date") {
    // A date or a time without a zone is one of UTC.
    const zoned = /with time zone/.test(declared) ? sql : `${sql}::timestamp AT TIME ZONE 'UTC'`;
    // As JavaScript reads it, to the millisecond.
    return `date_trunc('milliseconds', ${zoned})`;
  }
  return type === "json" ? `to_json(${sql})` : `${sql}::${TYPES[type]}`;
}
