import type { Context } from "./condition.ts";
import { quotient, sumOfReals } from "./exact.ts";
import type { AggregateJson, ColumnType, Row } from "./model.ts";
import { type Fields, scalarAt, typeAt } from "./scope.ts";
import { compare, equal, NOT_SCALAR, type Scalar } from "./values.ts";

type Source = string | { readonly product: readonly string[] };

/** The value of one aggregate over the rows of one group. Nulls are skipped. */
export function aggregate(
  [name, source]: AggregateJson,
  rows: readonly Row[],
  fields: Fields,
  context: Context,
): unknown {
  if (source === undefined) return rows.length;
  const type = sourceType(source, fields);
  const values = rows
    .map((row) => sourceValue(source, type, fields, row))
    .filter((value) => value !== null);
  switch (name) {
    case "count":
      return values.length;
    case "countDistinct":
      return distinct(values).length;
    case "min":
      return sorted(values).at(0) ?? null;
    case "max":
      return sorted(values).at(-1) ?? null;
    case "sum":
      return sum(values, type, context);
    case "avg":
      return average(values, context);
    default:
      throw new Error(`The reference knows no aggregate "${name}"`);
  }
}

/** The type of an aggregate's result. */
export function aggregateType([name, source]: AggregateJson, fields: Fields): ColumnType {
  if (source === undefined || name === "count" || name === "countDistinct") return "integer";
  if (name === "avg") return "real";
  const type = sourceType(source, fields);
  return name === "sum" && type === "json" ? "real" : type;
}

function sourceType(source: Source, fields: Fields): ColumnType {
  if (typeof source === "string") return typeAt(fields, source);
  const types = source.product.map((path) => typeAt(fields, path));
  if (types.includes("real") || types.includes("json")) return "real";
  return types.includes("bigint") ? "bigint" : "integer";
}

function sourceValue(source: Source, type: ColumnType, fields: Fields, row: Row): Scalar {
  if (typeof source === "string") return scalarAt(fields, row, source);
  const factors = source.product.map((path) => scalarAt(fields, row, path));
  if (factors.includes(null)) return null;
  if (type === "real") {
    const real = factors.map(Number).reduce((a, b) => a * b);
    // Infinity times zero: no value of a column is NaN, so there is none.
    return Number.isNaN(real) ? null : real;
  }
  return factors.map((factor) => BigInt(factor as number | bigint)).reduce((a, b) => a * b);
}

function distinct(values: readonly Scalar[]): Scalar[] {
  const result: Scalar[] = [];
  for (const value of onlyScalars(values)) {
    if (!result.some((other) => equal(other, value))) result.push(value);
  }
  return result;
}

function sorted(values: readonly Scalar[]): Scalar[] {
  return onlyScalars(values).toSorted(compare);
}

export function onlyScalars(values: readonly Scalar[]): readonly Scalar[] {
  if (values.includes(NOT_SCALAR)) {
    throw new TypeError("Cannot group, order or tell apart JSON values that are no scalars");
  }
  return values;
}

function sum(values: readonly Scalar[], type: ColumnType, context: Context): unknown {
  if (values.length === 0) return null;
  if (type === "real" || type === "json") {
    return noted(sumOfReals(numbers(values)), values, context);
  }
  const total = wholeTotal(values);
  if (type === "bigint") return total;
  if (!Number.isSafeInteger(Number(total))) throw new RangeError("Cannot sum beyond safe integers");
  return Number(total);
}

function average(values: readonly Scalar[], context: Context): unknown {
  if (values.length === 0) return null;
  const whole = values.some((value) => typeof value === "bigint");
  const result = whole
    ? quotient(wholeTotal(values), values.length)
    : sumOfReals(numbers(values), values.length);
  return noted(result, values, context);
}

function numbers(values: readonly Scalar[]): number[] {
  if (values.some((value) => typeof value !== "number")) {
    throw new TypeError("Cannot sum what is no number");
  }
  return values as number[];
}

function wholeTotal(values: readonly Scalar[]): bigint {
  return values.map((value) => BigInt(value as number | bigint)).reduce((a, b) => a + b);
}

/** Notes how far an engine's `result` may be off: it counts on the sum of absolute values. */
function noted(result: number | null, values: readonly Scalar[], context: Context): number | null {
  const size = values.reduce((total: number, value) => total + Math.abs(Number(value)), 0);
  if (result !== null) context.slack.set(result, Math.max(size, context.slack.get(result) ?? 0));
  return result;
}
