import type { TableDef } from "../../schema/table.ts";
import type { PlanStep } from "../../engine/explain.ts";
import type { Cells } from "./decode.ts";
import type { Dialect, EnginePlan, ExplainDialect } from "./dialect.ts";

/** A node of a plan, as far as it is read. */
interface Node {
  readonly "Node Type"?: unknown;
  readonly "Alias"?: unknown;
  readonly "Index Name"?: unknown;
  readonly "Index Cond"?: unknown;
  readonly "Subplan Name"?: unknown;
  readonly "Partial Mode"?: unknown;
  readonly "Plans"?: unknown;
}

/** The names of rows in our statements, and what PostgreSQL adds where they are not unique. */
const ALIAS = /^([se]\d+)(?:_\d+)?$/;
const STAGE = /^CTE strata_(\d+)$/;
const SCAN = /^(?:Seq Scan|Index Scan|Index Only Scan|Bitmap Heap Scan|Tid.* Scan|Sample Scan)$/;

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null;
}

function childrenOf(node: Node): readonly Node[] {
  return Array.isArray(node.Plans) ? node.Plans.filter(isNode) : [];
}

/** The index that leads to the rows of a node, and what is asked of it. */
function indexOf(node: Node): Node | undefined {
  if (node["Index Name"] !== undefined) return node;
  return node["Node Type"] === "Bitmap Heap Scan" || /^Bitmap/.test(String(node["Node Type"]))
    ? childrenOf(node).map(indexOf).find((found) => found)
    : undefined;
}

/** How a table is reached. */
function stepOf(node: Node, def: TableDef, dialect: Dialect): PlanStep {
  const table = def.name;
  const found = indexOf(node);
  if (!found) return { table, access: "scan" };
  const name = String(found["Index Name"]);
  const known = def.indexes.find((index) => dialect.indexName(def, index) === name);
  const isKey = dialect.primaryKey(def, "").includes(` ${dialect.quote(name)} `);
  const columns = isKey ? def.key : known?.columns;
  const index = columns?.map((column) => column.name).join() ?? name;
  if (found["Index Cond"] === undefined) return { table, access: "index", index };
  const range = String(found["Index Cond"]);
  const whole = (isKey || known?.unique === true) &&
    columns?.every((column) =>
      [column.name, dialect.quote(column.name)].some((text) => range.includes(`${text} = `))
    );
  return { table, access: whole ? "key" : "index", index, range };
}

/**
 * `EXPLAIN` as JSON, whose only cell is a tree. Each node that makes groups stands between two stages, but
 * for those that PostgreSQL works out ahead, which have a name of ours.
 */
export const postgresExplain: ExplainDialect = {
  statement: (text) => `EXPLAIN (FORMAT JSON, COSTS OFF) ${text}`,
  read(rows: readonly Cells[], last, tableOf, dialect): EnginePlan {
    const steps: { alias: string; stage: number; step: PlanStep }[] = [];
    let sorts = false;
    const visit = (node: Node, above: number): void => {
      const type = String(node["Node Type"]);
      const named = STAGE.exec(String(node["Subplan Name"] ?? ""))?.[1];
      let stage = named === undefined ? above : Number(named) - 1;
      if (named === undefined && groups(node)) stage = Math.max(0, stage - 1);
      sorts ||= stage === last && /Sort$/.test(type);
      if (SCAN.test(type)) {
        const alias = ALIAS.exec(String(node.Alias))?.[1] ?? String(node.Alias);
        const def = tableOf(alias, stage);
        if (def) steps.push({ alias, stage, step: stepOf(node, def, dialect) });
      }
      for (const child of childrenOf(node)) visit(child, stage);
    };
    const [first] = rows[0] ?? [];
    const tree: unknown = typeof first === "string" ? JSON.parse(first) : first;
    const [plan] = Array.isArray(tree) ? tree : [];
    if (isNode(plan) && "Plan" in plan && isNode(plan.Plan)) visit(plan.Plan, last);
    return { steps, sorts };
  },
};

/** Whether a node makes groups of all rows below it; those that work in parts are below one. */
function groups(node: Node): boolean {
  const type = String(node["Node Type"]);
  if (type !== "Aggregate" && type !== "Group" && type !== "Unique") return false;
  return node["Partial Mode"] !== "Partial";
}
