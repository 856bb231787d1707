import { like } from "./match.ts";
import type {
  ConditionJson,
  Data,
  ExistsJson,
  LeafJson,
  OnJson,
  Row,
  TableModel,
} from "./model.ts";
import { operandList, operandValue, type Params } from "./operand.ts";
import { type Fields, fieldsOf, scalarAt, valueAt } from "./scope.ts";
import { compare, equal, inOneRange, type Scalar } from "./values.ts";

/** What stays the same while one query runs. */
export interface Context {
  readonly tables: readonly TableModel[];
  readonly data: Data;
  readonly params: Params;
  /** Where sums and averages are noted, for engines that may differ a little. */
  readonly slack: Map<number, number>;
}

/** Whether `condition` holds for `row`: true or false, never unknown. */
export function holds(
  condition: ConditionJson,
  fields: Fields,
  row: Row,
  context: Context,
): boolean {
  if (isLeaf(condition)) return leafHolds(condition, fields, row, context.params);
  if ("and" in condition) return condition.and.every((part) => holds(part, fields, row, context));
  if ("or" in condition) return condition.or.some((part) => holds(part, fields, row, context));
  if ("not" in condition) return !holds(condition.not, fields, row, context);
  return someRow(condition.exists, fields, row, context);
}

function isLeaf(condition: ConditionJson): condition is LeafJson {
  return Array.isArray(condition);
}

function someRow(exists: ExistsJson, fields: Fields, outer: Row, context: Context): boolean {
  const inner = fieldsOf(tableNamed(exists.table, context));
  return matching(exists.table, exists.on, fields, outer, context).some((row) =>
    exists.where === undefined || holds(exists.where, inner, row, context)
  );
}

/** The rows of a table that `on` ties to `outer`. Null ties nothing. */
export function matching(
  table: string,
  on: OnJson,
  fields: Fields,
  outer: Row,
  context: Context,
): Row[] {
  const inner = fieldsOf(tableNamed(table, context));
  return context.data.get(table)!.filter((row) =>
    on.every(([column, path]) => {
      const value = scalarAt(inner, row, column);
      return value !== null && equal(value, scalarAt(fields, outer, path));
    })
  );
}

export function tableNamed(name: string, context: Context): TableModel {
  const table = context.tables.find((table) => table.name === name);
  if (table === undefined) throw new Error(`The reference knows no table "${name}"`);
  return table;
}

function leafHolds(leaf: LeafJson, fields: Fields, row: Row, params: Params): boolean {
  const [op, path, operand, other] = leaf;
  const value = scalarAt(fields, row, path);
  const read = (json: unknown): Scalar => operandValue(json, fields, row, params);
  switch (op) {
    case "eq":
      return equal(value, read(operand));
    case "ne":
      return !equal(value, read(operand));
    case "gt":
    case "gte":
    case "lt":
    case "lte":
      return inRange(op, value, read(operand));
    case "between":
      return inRange("gte", value, read(operand)) && inRange("lte", value, read(other));
    case "in":
      return operandList(operand, fields, row, params).some((item) => equal(value, item));
    case "nin":
      return !operandList(operand, fields, row, params).some((item) => equal(value, item));
    case "contains": {
      const whole = valueAt(row, path);
      if (Array.isArray(whole)) return hasElement(whole, read(operand), ignoresCase(other));
      return textHolds(op, value, read(operand), ignoresCase(other));
    }
    case "like":
    case "startsWith":
    case "endsWith":
      return textHolds(op, value, read(operand), ignoresCase(other));
    default:
      throw new Error(`The reference knows no operator "${op}"`);
  }
}

function inRange(op: "gt" | "gte" | "lt" | "lte", value: Scalar, bound: Scalar): boolean {
  if (!inOneRange(value, bound)) return false;
  const order = compare(value, bound);
  if (op === "gt") return order > 0;
  if (op === "gte") return order >= 0;
  if (op === "lt") return order < 0;
  return order <= 0;
}

/** Only text matches text. */
function textHolds(op: string, value: Scalar, operand: Scalar, ignoreCase: boolean): boolean {
  if (typeof value !== "string" || typeof operand !== "string") return false;
  const text = ignoreCase ? value.toLowerCase() : value;
  const part = ignoreCase ? operand.toLowerCase() : operand;
  if (op === "like") return like(text, part);
  if (op === "startsWith") return text.startsWith(part);
  if (op === "endsWith") return text.endsWith(part);
  return text.includes(part);
}

/** Elements are compared as values at a path are: by JSON type, scalars only. */
function hasElement(elements: readonly unknown[], part: Scalar, ignoreCase: boolean): boolean {
  const fields: Fields = new Map([["element", { kind: "column", type: "json" }]]);
  return elements.some((element) => {
    const value = scalarAt(fields, { element }, "element");
    if (ignoreCase && typeof value === "string" && typeof part === "string") {
      return value.toLowerCase() === part.toLowerCase();
    }
    return equal(value, part);
  });
}

function ignoresCase(options: unknown): boolean {
  return (options as { ignoreCase?: boolean } | undefined)?.ignoreCase === true;
}
