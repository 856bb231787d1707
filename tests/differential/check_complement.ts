import { fieldsOf } from "../reference/scope.ts";
import { type DifferentialSource, operators, query } from "./api.ts";
import { buildCondition, type Env } from "./build_condition.ts";
import { Disagreement } from "./check_query.ts";
import type { Dataset } from "./dataset.ts";
import type { ConditionSpec, QuerySpec } from "./query_spec.ts";

/**
 * The complement law: what a condition keeps and what its negation keeps are all rows. And
 * `ne` is exactly the rest of `eq`.
 */
export async function checkComplement(
  source: DifferentialSource,
  dataset: Dataset,
  spec: QuerySpec,
): Promise<void> {
  const built = dataset.tables[spec.table % dataset.tables.length]!;
  const count = async (condition: ConditionSpec, negated: boolean): Promise<number> => {
    const env: Env = { ...dataset, params: new Map(), rough: new Set(), exact: true };
    const { value } = buildCondition(condition, fieldsOf(built.model), env);
    const rows = query(built.table).where(negated ? operators.not!(value) : value);
    const filled = env.params.size === 0 ? rows : rows.with(Object.fromEntries(env.params));
    return await source.count(filled) as number;
  };
  const all = dataset.data.get(built.model.name)!.length;
  for (const step of spec.steps) {
    if (step.kind !== "where") continue;
    const { condition } = step;
    const [kept, rest] = [await count(condition, false), await count(condition, true)];
    if (kept + rest !== all) {
      throw new Disagreement(`${kept} rows match, ${rest} match the negation, of ${all} rows`);
    }
    if (condition.kind !== "leaf") continue;
    const leaf = { ...condition.leaf, shorthand: false };
    const [equal, unequal] = [
      await count({ kind: "leaf", leaf: { ...leaf, op: "eq" } }, false),
      await count({ kind: "leaf", leaf: { ...leaf, op: "ne" } }, false),
    ];
    if (equal + unequal !== all) {
      throw new Disagreement(`${equal} rows are equal, ${unequal} are not, of ${all} rows`);
    }
  }
}
