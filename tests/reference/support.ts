import { evaluate } from "./evaluate.ts";
import type { ColumnType, ConditionJson, QueryJson, Row, StepJson, TableModel } from "./model.ts";

/** A table with key `id` and one column `v` that holds `values`, ids counting from 1. */
export function single(
  type: ColumnType,
  values: readonly unknown[],
): [TableModel[], Map<string, Row[]>] {
  const table: TableModel = {
    name: "t",
    columns: [["id", "integer"], ["v", type]],
    primaryKey: ["id"],
  };
  return [[table], new Map([["t", values.map((v, i) => ({ id: i + 1, v }))]])];
}

/** The query from `t` with these steps and clauses. */
export function from(steps: readonly StepJson[], clauses: Partial<QueryJson> = {}): QueryJson {
  return { strata: 1, from: "t", steps, ...clauses };
}

/** The values of `v` among `values` for which `condition` holds. */
export function kept(
  type: ColumnType,
  values: readonly unknown[],
  condition: ConditionJson,
): unknown[] {
  const [tables, data] = single(type, values);
  return evaluate(from([{ where: condition }]), tables, data).map((row) => row.v);
}

/** `values` in the order of `v`. */
export function ordered(
  type: ColumnType,
  values: readonly unknown[],
  direction: "asc" | "desc" = "asc",
): unknown[] {
  const [tables, data] = single(type, values);
  return evaluate(from([], { orderBy: [["v", direction]] }), tables, data).map((row) => row.v);
}

/** The one group of all `values`: one aggregate of `v`. */
export function folded(type: ColumnType, values: readonly unknown[], name: string): unknown {
  const [tables, data] = single(type, values);
  const groupBy = { paths: [], aggregates: [["x", [name, "v"]]] as const };
  return evaluate(from([{ groupBy }]), tables, data)[0]!.x;
}

/** Plain copies, so that rows without a prototype compare with literals. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== null) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
