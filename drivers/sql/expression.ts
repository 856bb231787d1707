import type { ColumnType } from "../../schema/compare.ts";
import type { TableDef } from "../../schema/table.ts";
import type { Ref } from "../../query/ast.ts";
import type { Dialect, Scalar } from "./dialect.ts";

/** A value in SQL: of a column, inside a JSON document, or a scalar of JSON by its two parts. */
export type Expr =
  | {
    readonly kind: "plain";
    readonly sql: string;
    readonly type: ColumnType;
    readonly nullable: boolean;
  }
  | { readonly kind: "doc"; readonly doc: string; readonly path: readonly string[] }
  | { readonly kind: "pair"; readonly rank: string; readonly scalar: string };

/** A value that has one SQL expression. */
export type Plain = Extract<Expr, { kind: "plain" }>;

/** One row that paths lead into. */
export interface Slot {
  readonly alias: string;
  /** The table it is from; undefined for the groups of the stage before. */
  readonly table: TableDef | undefined;
  /** Whether the row may be missing. */
  readonly nullable: boolean;
  /** The columns of groups by their paths. */
  readonly columns?: ReadonlyMap<string, Expr>;
}

/** What paths stand for at a place of a statement. */
export interface Scope {
  readonly dialect: Dialect;
  readonly slots: readonly Slot[];
}

/** What is at a path that no value has. */
export const NOTHING: Expr = { kind: "pair", rank: "0", scalar: "NULL" };
/** No document holds such a name, and no statement can. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

function missing(ref: Ref): TypeError {
  return new TypeError(
    `Cannot compile a query as its paths lead to columns: ${JSON.stringify(ref.path)} does not`,
  );
}

/** The column of a table in a slot. */
export function columnOf(dialect: Dialect, slot: Slot, name: string): string {
  return dialect.column(slot.alias, name, slot.table);
}

/**
 * What is null where a joined row is missing: a column of its key. An object that a group nests is
 * never missing.
 */
export function presence({ dialect, slots }: Scope, ref: Ref): string {
  const slot = slots[ref.slot];
  if (slot?.columns) return "1";
  const name = slot?.table?.key[0]?.name;
  if (!slot || name === undefined) throw missing(ref);
  return columnOf(dialect, slot, name);
}

/** The value at a path. */
export function exprOf({ dialect, slots }: Scope, ref: Ref): Expr {
  const { json, names, type } = ref;
  // Paths are unique over all slots, and distinct rows have but one.
  const groups = slots[0]?.columns;
  const known = groups?.get(ref.path);
  if (known) return known;
  const slot = slots[ref.slot];
  if (!slot || type === "row" || type === "rows") throw missing(ref);
  if (slot.columns) {
    if (json.length > 0 && slot.columns.has(names.join("."))) return NOTHING; // a scalar has no paths
    throw missing(ref);
  }
  const [name] = names;
  if (name === undefined) throw missing(ref);
  const sql = columnOf(dialect, slot, name);
  if (type === "json") {
    return json.some((part) => UNSTORABLE.test(part))
      ? NOTHING
      : { kind: "doc", doc: sql, path: json };
  }
  const nullable = slot.nullable || ref.column?.spec.nullable === true;
  return { kind: "plain", sql, type, nullable };
}

/** The JSON rank of a value; of a column as if it stood in JSON. */
export function rankOf(dialect: Dialect, expr: Expr): string {
  if (expr.kind === "doc") return dialect.json.rank(expr.doc, expr.path);
  if (expr.kind === "pair") return expr.rank;
  const { sql, type } = expr;
  if (type === "boolean") return `CASE WHEN ${sql} IS NULL THEN 0 WHEN ${sql} THEN 2 ELSE 1 END`;
  if (type === "text") return `CASE WHEN ${sql} IS NULL THEN 0 ELSE 4 END`;
  return `CASE WHEN ${sql} IS NULL THEN 0 WHEN ${dialect.infinite(sql)} THEN 5 ELSE 3 END`;
}

/** The number or text of a value, null for booleans and what is no scalar. */
export function scalarOf(dialect: Dialect, expr: Expr): string {
  if (expr.kind === "doc") return dialect.json.scalar(expr.doc, expr.path);
  if (expr.kind === "pair") return expr.scalar;
  return expr.type === "boolean" ? "NULL" : dialect.json.ofColumn(expr.sql, expr.type);
}

/** The same, whole and by its types. */
export function scalarsOf(dialect: Dialect, expr: Expr): Scalar {
  return {
    whole: () => scalarOf(dialect, expr),
    real: () => typedOf(dialect, expr, "real"),
    text: () => typedOf(dialect, expr, "text"),
  };
}

/** A value as one of a column's type: null for any other value of JSON. */
export function typedOf(dialect: Dialect, expr: Expr, type: ColumnType): string {
  if (expr.kind === "plain") return expr.sql;
  const { json } = dialect;
  const text = type === "text";
  if (expr.kind === "doc") {
    const { doc, path } = expr;
    if (type === "boolean") return json.truth(doc, path);
    return text ? json.text(doc, path) : json.number(doc, path);
  }
  const { rank, scalar } = expr;
  return json.typed(rank, scalar, type === "boolean" || text ? type : "real");
}
