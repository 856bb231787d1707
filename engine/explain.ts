import { quote } from "../schema/errors.ts";
import type { Ast, Cond } from "../query/ast.ts";
import { describeRange } from "./access.ts";
import { prepare } from "./run.ts";
import { stagesOf, type Tables } from "./stage.ts";

/** One table of a plan. */
export interface PlanStep {
  /** The table's name. */
  readonly table: string;
  /** By key or unique value, by a range of an index, or by reading all rows. */
  readonly access: "key" | "index" | "scan";
  /** The columns of the index, parted by commas. */
  readonly index?: string;
  /** What the index narrows. */
  readonly range?: string;
  /** What is looked at row by row. */
  readonly residual?: string;
}

/** How a query runs; plain data. */
export interface Plan {
  /** What kind of source answers. */
  readonly source: string;
  /** The tables in the order in which they are reached. */
  readonly steps: readonly PlanStep[];
  /** Whether an index gives the order, rows are sorted, or there is nothing to order. */
  readonly order: "index" | "sort" | "none";
  /** Whether a live result is kept up to date, or read again. */
  readonly live: "maintained" | "rerun";
  /** The statement of an SQL driver. */
  readonly sql?: string;
  /** What the engine itself says. */
  readonly detail?: unknown;
}

function describe(cond: Cond): string {
  switch (cond.op) {
    case "and":
    case "or":
      return `(${cond.items.map(describe).join(` ${cond.op} `)})`;
    case "not":
      return `not ${describe(cond.item)}`;
    case "exists":
      return `exists ${quote(cond.table.name)}`;
    default:
      return `${cond.ref.path} ${cond.op}`;
  }
}

function residual(conds: readonly Cond[]): { residual?: string } {
  return conds.length > 0 ? { residual: conds.map(describe).join(" and ") } : {};
}

/** Says how the engine runs a query; its params are filled in. */
export function explainQuery(tables: Tables, ast: Ast, source: string): Plan {
  const prepared = prepare(tables, ast);
  const stages = stagesOf(ast);
  const steps: PlanStep[] = [];
  stages.forEach((stage, i) => {
    const { access, lookups } = prepared.stages[i] ?? { access: undefined, lookups: [] };
    if (access) {
      const { range, unique, kind } = access;
      const index = kind === "scan"
        ? undefined
        : unique?.columns ?? range?.index?.columns ?? ast.table.key;
      const words = describeRange(access);
      steps.push({
        ...{ table: ast.table.name, access: kind },
        ...(index && { index: index.map(({ name }) => name).join() }),
        ...(words !== undefined && { range: words }),
        ...residual(access.residual),
      });
    }
    stage.joins.forEach(({ table }, j) => {
      const lookup = lookups[j];
      const columns = lookup?.index?.columns ?? (lookup?.access === "scan" ? undefined : table.key);
      steps.push({
        ...{ table: table.name, access: lookup?.access ?? "scan" },
        ...(columns && { index: columns.map(({ name }) => name).join() }),
      });
    });
  });
  for (const { prepared: children, step } of prepared.includes) {
    steps.push(
      ...explainQuery(tables, children.ast, source).steps.map((item, i) =>
        i === 0 ? { ...item, table: step.query.table.name } : item
      ),
    );
  }
  const last = prepared.stages.at(-1);
  const one = stages.length > 1 && stages.at(-2)?.group?.paths.length === 0 ||
    last?.access?.kind === "key" && last.ordered;
  const order = one ? "none" : last?.ordered ? "index" : "sort";
  return { source, steps, order, live: "rerun" };
}
