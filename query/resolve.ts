import { acceptOf, kindOf, type Place, placeName } from "../schema/accept.ts";
import { quote } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { type ColumnDef, type TableDef, tableDef } from "../schema/table.ts";
import type { Cond, Leaf, OnRefs, Operand, Ref } from "./ast.ts";
import { ConditionValue } from "./conditions.ts";
import { ColumnValue, OpValue, ParamValue } from "./operators.ts";
import { type Shape, tableShape, valueType } from "./shape.ts";

/** How deep conditions may nest; deeper ones would exhaust the stack when they run. */
const MAX_DEPTH = 500;

function refuse(ref: Ref, rule: string, state: string): TypeError {
  return new TypeError(`Cannot compare the path ${quote(ref.path)} as ${rule}: ${state}`);
}

/**
 * A value as a query compares it with a path: checked by the path's type, copied.
 *
 * @throws {TypeError} When it is undefined, of another type, or no scalar for a JSON path.
 * @throws {RangeError} When it is one that no engine can hold.
 */
export function checkOperand(ref: Ref, value: unknown): unknown {
  if (value === undefined) throw refuse(ref, "undefined is no value", "got undefined");
  if (value === null) return null;
  if (ref.type === "row") {
    throw refuse(ref, "a joined row compares with null alone", `got ${kindOf(value)}`);
  }
  const place: Place = { table: "", name: ref.path, astral: false };
  if (ref.type !== "json") {
    // Any number compares with an integer column: a fraction equals none of them.
    const type = valueType(ref);
    return acceptOf(type === "integer" ? "real" : type)(value, place);
  }
  if (typeof value === "string") return acceptOf("text")(value, place);
  if (typeof value === "boolean") return value;
  if (typeof value !== "number") {
    throw refuse(ref, "JSON compares with scalars", `got ${kindOf(value)}`);
  }
  if (Number.isFinite(value)) return value + 0;
  throw new RangeError(
    `Cannot compare ${placeName(place)} as JSON numbers are finite: got another`,
  );
}

/** Types whose values compare with each other; `json` does with all that JSON has. */
function family(type: Ref["type"]): string {
  return type === "integer" ? "real" : type;
}
export function comparable(a: Ref["type"], b: Ref["type"]): boolean {
  const scalar = (type: string) => ["real", "text", "boolean", "json"].includes(type);
  return family(a) === family(b) ||
    (a === "json" || b === "json") && scalar(family(a)) && scalar(family(b));
}

function operand(shape: Shape, ref: Ref, value: unknown): Operand {
  if (value instanceof ParamValue) return { kind: "param", name: value.name };
  if (!(value instanceof ColumnValue)) return { kind: "value", value: checkOperand(ref, value) };
  const other = shape.resolve(value.path);
  if (ref.type === "row" || ref.type === "rows" || !comparable(ref.type, other.type)) {
    throw refuse(ref, `it holds ${ref.type}`, `the path ${quote(other.path)} holds ${other.type}`);
  }
  return { kind: "column", ref: other };
}

function leaf(shape: Shape, path: string, value: unknown): Leaf {
  const ref = shape.resolve(path);
  if (ref.type === "rows") {
    throw refuse(ref, "included rows have no order and no equal", "one is asked for");
  }
  if (!(value instanceof OpValue)) return { op: "eq", ref, operand: operand(shape, ref, value) };
  const { op, operands: [first, second], fold } = value;
  if (ref.type === "row" && op !== "eq" && op !== "ne") {
    throw refuse(ref, "a joined row compares with null alone", `got ${op}`);
  }
  switch (op) {
    case "between":
      return { op, ref, from: operand(shape, ref, first), to: operand(shape, ref, second) };
    case "in":
    case "nin":
      return { op, ref, list: listOperand(ref, first) };
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      if (ref.type !== "text" && ref.type !== "json") {
        throw refuse(ref, `${op} tests text`, `it holds ${ref.type}`);
      }
      if (op !== "contains") checkText(ref, op, first);
      return { op, ref, operand: operand(shape, ref, first), fold };
    default:
      return { op, ref, operand: operand(shape, ref, first) };
  }
}

/** @throws {TypeError} When a pattern is no text. */
export function checkText(ref: Ref, op: string, value: unknown): void {
  if (
    value !== null && value !== undefined && typeof value === "number" || typeof value === "boolean"
  ) {
    throw refuse(ref, `${op} takes text`, `got ${kindOf(value)}`);
  }
}

function listOperand(ref: Ref, list: unknown): Operand | readonly Operand[] {
  if (list instanceof ParamValue) return { kind: "param", name: list.name };
  return checkList(ref, list).map((value) => ({ kind: "value", value }));
}

/** The values of a list, each checked; see {@linkcode checkOperand} for the errors. */
export function checkList(ref: Ref, list: unknown): readonly unknown[] {
  if (!Array.isArray(list)) throw refuse(ref, "a list is an array", `got ${kindOf(list)}`);
  return Array.from(list, (value) => checkOperand(ref, value));
}

/**
 * Looks the paths of a condition up and checks its values.
 *
 * @throws {TypeError} When a path leads nowhere, or an operand has another type than its path.
 * @throws {RangeError} When an operand is one that no engine can hold.
 */
export function resolveWhere(shape: Shape, where: unknown, depth = 0): Cond {
  if (depth > MAX_DEPTH) {
    throw new RangeError(
      `Cannot query ${
        quote(shape.table.name)
      } as conditions nest at most ${MAX_DEPTH} deep: they go deeper`,
    );
  }
  if (where instanceof ConditionValue) {
    const { op, items, table, on } = where;
    if (op === "exists") {
      const other = tableDef(table);
      const inner = items.length > 0
        ? resolveWhere(tableShape(other), items[0], depth + 1)
        : undefined;
      return { op, table: other, on: resolveOn(shape, other, on), where: inner };
    }
    if (op === "not") return { op, item: resolveWhere(shape, items[0], depth + 1) };
    return { op, items: items.map((item) => resolveWhere(shape, item, depth + 1)) };
  }
  if (!isPlainObject(where)) {
    throw new TypeError(
      `Cannot query ${quote(shape.table.name)} as a condition is an object of paths: got ${
        kindOf(where)
      }`,
    );
  }
  const items = Object.keys(where).map((path) => leaf(shape, path, where[path]));
  const [only] = items;
  return items.length === 1 && only ? only : { op: "and", items };
}

/** Columns of `table` with the paths they must equal; the types must fit. */
export function resolveOn(shape: Shape, table: TableDef, on: unknown): OnRefs {
  return onPairs(table, on).map(([name, path]) => {
    const column: ColumnDef = table.column(name, "join");
    const ref = shape.resolve(path);
    checkOn(table, name, column.type, ref);
    return { column, ref };
  });
}

/** @throws {TypeError} When `on` is no object of paths. */
export function onPairs(table: TableDef, on: unknown): [string, unknown][] {
  if (isPlainObject(on)) return Object.keys(on).map((name) => [name, on[name]]);
  throw new TypeError(
    `Cannot join ${quote(table.name)} as on is an object of paths: got ${kindOf(on)}`,
  );
}

/** @throws {TypeError} When a column and the path it must equal hold different types. */
export function checkOn(table: TableDef, name: string, type: Ref["type"], ref: Ref): void {
  if (type === "json" || ref.type === "row" || ref.type === "rows" || !comparable(type, ref.type)) {
    throw new TypeError(
      `Cannot join ${quote(table.name)}.${quote(name)} with ${
        quote(ref.path)
      } as the types must be equal: ` +
        `they are ${type} and ${ref.type}`,
    );
  }
}

/** @throws {TypeError} When it is no number. @throws {RangeError} When it is no whole one from 0. */
export function checkCount(verb: string, n: unknown): number {
  if (typeof n !== "number") {
    throw new TypeError(`Cannot call ${verb} as it takes a number of rows: got ${kindOf(n)}`);
  }
  if (Number.isSafeInteger(n) && n >= 0) return n;
  throw new RangeError(`Cannot call ${verb} as it takes a whole number from 0: got another`);
}
