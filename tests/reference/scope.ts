import type { ColumnType, Row, TableModel } from "./model.ts";
import { NOT_SCALAR, type Scalar } from "./values.ts";

/**
 * What a name of the rows so far stands for: a column, a joined row, what the dotted paths
 * of a group nest, or the array of an include.
 */
export type Shape =
  | { readonly kind: "column"; readonly type: ColumnType }
  | { readonly kind: "row" | "nest"; readonly fields: Fields }
  | { readonly kind: "rows" };
export type Fields = ReadonlyMap<string, Shape>;

export function fieldsOf(table: TableModel): Fields {
  return new Map(table.columns.map(([name, type]) => [name, { kind: "column", type }]));
}

/** The value at `path`; null when a part of the way is missing. */
export function valueAt(row: Row, path: string): unknown {
  let value: unknown = row;
  for (const name of path.split(".")) {
    value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  }
  return value ?? null;
}

/** What stands at `path`. Whatever lies inside a JSON column is JSON. */
export function shapeAt(fields: Fields, path: string): Shape {
  let shape: Shape = { kind: "row", fields };
  for (const name of path.split(".")) {
    if (shape.kind === "column" && shape.type === "json") continue;
    const next: Shape | undefined = "fields" in shape ? shape.fields.get(name) : undefined;
    if (next === undefined) throw new Error(`The reference knows no path "${path}"`);
    shape = next;
  }
  return shape;
}

export function typeAt(fields: Fields, path: string): ColumnType {
  const shape = shapeAt(fields, path);
  if (shape.kind !== "column") throw new Error(`The reference finds no column at "${path}"`);
  return shape.type;
}

/** The value at `path` as predicates, orders and groups see it. */
export function scalarAt(fields: Fields, row: Row, path: string): Scalar {
  const value = valueAt(row, path);
  if (value === null) return null;
  const shape = shapeAt(fields, path);
  const scalar = shape.kind === "column" && (shape.type !== "json" || isJsonScalar(value));
  // A column holds scalars of its own type: the data is made that way.
  return scalar ? value as Scalar : NOT_SCALAR;
}

/** JSON text has no other scalars; what else the codec keeps is written as an object. */
function isJsonScalar(value: unknown): boolean {
  return typeof value === "boolean" || typeof value === "string" ||
    (typeof value === "number" && Number.isFinite(value));
}

export function isPlainObject(value: unknown): value is Row {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A row with `value` at each dotted path, nested. */
export function nest(entries: readonly (readonly [path: string, value: unknown])[]): Row {
  const result: Row = Object.create(null);
  for (const [path, value] of entries) {
    const names = path.split(".");
    const last = names.pop()!;
    let inner = result;
    for (const name of names) inner = (inner[name] ??= Object.create(null)) as Row;
    inner[last] = value;
  }
  return result;
}

/** The shapes that {@linkcode nest} gives for columns of these types. */
export function nestFields(entries: readonly (readonly [path: string, shape: Shape])[]): Fields {
  const result = new Map<string, Shape>();
  for (const [path, shape] of entries) {
    const [name, ...rest] = path.split(".");
    if (rest.length === 0) result.set(name!, shape);
    else {
      const before = result.get(name!);
      const inner = before?.kind === "nest" ? [...before.fields] : [];
      const deeper = nestFields([...inner, [rest.join("."), shape]]);
      result.set(name!, { kind: "nest", fields: deeper });
    }
  }
  return result;
}
