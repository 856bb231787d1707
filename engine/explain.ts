import { quote } from "../schema/errors.ts";
import type { Ast, Cond } from "../query/ast.ts";
import type { TableDef } from "../schema/table.ts";
import { describeRange } from "./access.ts";
import { isMaintained } from "./live/maintained.ts";
import { type Lookup, makeLookup } from "./lookup.ts";
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

/** A condition in words, without its values. */
export function describe(cond: Cond): string {
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

/** The conditions that look into another table. */
function existsIn(conds: readonly Cond[]): Extract<Cond, { op: "exists" }>[] {
  return conds.flatMap((cond) =>
    "items" in cond
      ? existsIn(cond.items)
      : cond.op === "not"
      ? existsIn([cond.item])
      : cond.op === "exists"
      ? [cond]
      : []
  );
}

function lookupStep(
  table: TableDef,
  { access, index }: Pick<Lookup, "access" | "index">,
  conds: readonly Cond[],
): PlanStep {
  const columns = access === "scan" ? undefined : index?.columns ?? table.key;
  return {
    ...{ table: table.name, access },
    ...(columns && { index: columns.map(({ name }) => name).join() }),
    ...residual(conds),
  };
}

/** Says how the engine runs a query; its params are filled in. */
export function explainQuery(tables: Tables, ast: Ast, source: string): Plan {
  const prepared = prepare(tables, ast);
  const steps: PlanStep[] = [];
  stagesOf(ast).forEach((stage, i) => {
    const { access, lookups = [], residuals = [], joined = false } = prepared.stages[i] ?? {};
    const conds = residuals[0] ?? [];
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
        ...residual(conds),
      });
    } else if (conds.length > 0) {
      steps.push({ table: ast.table.name, access: "scan", ...residual(conds) }); // of its groups
    }
    stage.joins.forEach(({ table }, j) => {
      const lookup = lookups[j];
      if (lookup) steps.push(lookupStep(table, lookup, residuals[j + 1] ?? []));
    });
    for (const { table, on, where } of existsIn(stage.conds)) {
      const lookup = on.length > 0 ? makeLookup(tables.data(table), on, joined) : undefined;
      steps.push(
        lookupStep(table, lookup ?? { access: "scan", index: undefined }, where ? [where] : []),
      );
    }
  });
  for (const { prepared: children } of prepared.includes) {
    steps.push(...explainQuery(tables, children.ast, source).steps);
  }
  const last = prepared.stages.at(-1);
  const groups = prepared.stages.length > 1 && prepared.order.length === 0;
  const order = groups || last?.access?.kind === "key" && last.ordered
    ? "none"
    : last?.ordered
    ? "index"
    : "sort";
  return { source, steps, order, live: isMaintained(ast) ? "maintained" : "rerun" };
}
