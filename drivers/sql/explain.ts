import type { TableDef } from "../../schema/table.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { tableUses } from "../../query/table_uses.ts";
import { describe, type Plan, type PlanStep } from "../../engine/explain.ts";
import { levelOf } from "../../engine/stage.ts";
import { type Asking, Unpushable } from "./asking.ts";
import { compile, type CompileOptions } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { childrenOf, includesOf } from "./include.ts";
import { sqlStages } from "./stage.ts";

function looksElsewhere(cond: Cond): boolean {
  if ("items" in cond) return cond.items.some(looksElsewhere);
  return cond.op === "not" ? looksElsewhere(cond.item) : cond.op === "exists";
}

/**
 * Says how a query runs, its includes after it: asks the engine for the plan of each statement.
 *
 * `sql` and `detail` are the first statement and what the engine says of it. What is tested in
 * memory is a residual. Without `sql` the tables are read into memory as a whole, for the query to
 * run there.
 */
export function* explainSql(ast: Ast, dialect: Dialect): Asking<Plan> {
  try {
    return yield* explained(ast, dialect, {});
  } catch (error) {
    if (!(error instanceof Unpushable)) throw error;
    return {
      source: dialect.name,
      steps: tableUses(ast).map(({ name }) => ({ table: name, access: "scan" })),
      ...{ order: "sort", live: "rerun", detail: "runs in memory on all rows" },
    };
  }
}

function* explained(ast: Ast, dialect: Dialect, options: CompileOptions): Asking<Plan> {
  const { text, params, plan, left, subselects } = compile(ast, dialect, options);
  if (!plan.pushable || left.some(looksElsewhere)) {
    throw new Unpushable("Cannot explain a query as SQL as it is pushed: it runs in memory");
  }
  const stages = sqlStages(ast);
  const last = stages.length - 1;
  const tableOf = (alias: string, stage: number): TableDef | undefined => {
    if (alias === "s0") return stage === 0 ? ast.table : undefined; // later it is groups
    const join = /^s(\d+)$/.exec(alias)?.[1];
    if (join !== undefined) return stages[stage]?.joins[Number(join) - 1]?.table;
    // A bare count of a table is by its own name.
    return subselects.get(alias) ??
      (stage < last && alias === ast.table.name ? ast.table : undefined);
  };
  const rows = yield { text: dialect.explain.statement(text), params };
  const { steps: found, sorts } = dialect.explain.read(rows, last, tableOf, dialect);
  const steps = found.map(({ alias, stage, step }): PlanStep => {
    const conds = stage === last ? left.filter((cond) => alias === `s${levelOf(cond)}`) : [];
    return conds.length > 0 ? { ...step, residual: conds.map(describe).join(" and ") } : step;
  });
  const order = totalOrder(ast).length === 0 || isOne(ast, steps)
    ? "none"
    : sorts
    ? "sort"
    : "index";
  for (const [i, step] of includesOf(ast).entries()) {
    if (plan.includes[i] !== true) continue;
    const share = step.on.map(({ child }) => child);
    // As many values as one parent has; which ones is not looked at.
    const children = childrenOf(step, [step.on.map(() => 0)]);
    steps.push(...(yield* explained(children, dialect, { extra: share, share })).steps);
  }
  const detail = rows.map((cells) => cells.at(-1));
  return { source: dialect.name, steps, order, live: "rerun", sql: text, detail };
}

/** Whether there is one row at most, by its key or a unique value. */
function isOne(ast: Ast, steps: readonly PlanStep[]): boolean {
  if (steps.length !== 1 || steps[0]?.access !== "key") return false;
  return sqlStages(ast).every(({ conds, group }) => !group && conds.every(({ op }) => op !== "in"));
}
