import type { StoredRow } from "../schema/types.ts";
import type { TableDef } from "../schema/table.ts";
import type { Ast, Cond, Operand, OrderItem, Ref, Step } from "../query/ast.ts";
import { type Env, type ExistsTest, predicate, type Test } from "../query/predicate.ts";
import { type Access, planAccess } from "./access.ts";
import { eachRow } from "./scan.ts";
import { type Follow, type Lookup, makeLookup } from "./lookup.ts";
import type { TableData } from "./table_data.ts";

/** Where the rows of a table are. */
export interface Tables {
  data(def: TableDef): TableData;
  /** Present where the result is kept current. */
  readonly follow?: Follow;
}

type Join = Extract<Step, { kind: "join" }>;
/** Part of a pipeline between two groups: conditions, joins and includes over one source. */
export interface StageSteps {
  readonly conds: readonly Cond[];
  readonly joins: readonly Join[];
  readonly includes: readonly Extract<Step, { kind: "include" }>[];
  /** What ends the stage; absent for the last one. */
  readonly group: Extract<Step, { kind: "group" }> | undefined;
}

/** The stages of a query, in order; the last has no group. */
export function stagesOf(ast: Ast): StageSteps[] {
  const stages: StageSteps[] = [];
  let from = 0;
  for (let i = 0; i <= ast.steps.length; i++) {
    const step = ast.steps[i];
    if (step && step.kind !== "group") continue;
    const steps = ast.steps.slice(from, i);
    stages.push({
      conds: steps.flatMap((item) => item.kind === "where" ? conjuncts(item.cond) : []),
      joins: steps.filter((item) => item.kind === "join"),
      includes: steps.filter((item) => item.kind === "include"),
      group: step,
    });
    from = i + 1;
  }
  return stages;
}

function conjuncts(cond: Cond): readonly Cond[] {
  return cond.op === "and" ? cond.items.flatMap(conjuncts) : [cond];
}

/** The highest slot that a condition needs. */
export function levelOf(cond: Cond): number {
  const slots = (refs: readonly Ref[]) => Math.max(0, ...refs.map(({ slot }) => slot));
  const operand = (...operands: readonly Operand[]) =>
    slots(operands.flatMap((item) => item.kind === "column" ? [item.ref] : []));
  switch (cond.op) {
    case "and":
    case "or":
      return Math.max(0, ...cond.items.map(levelOf));
    case "not":
      return levelOf(cond.item);
    case "exists":
      return slots(cond.on.map(({ ref }) => ref));
    case "between":
      return Math.max(slots([cond.ref]), operand(cond.from, cond.to));
    case "in":
    case "nin":
      return slots([cond.ref]);
    default:
      return Math.max(slots([cond.ref]), operand(cond.operand));
  }
}

/** Compiles `exists` over `tables`. */
export function existsIn(tables: Tables, joined: boolean): ExistsTest {
  return (cond) => {
    const data = tables.data(cond.table);
    const inner = cond.where && predicate(cond.where, false, existsIn(tables, false));
    if (cond.on.length > 0) {
      const lookup = makeLookup(data, cond.on, joined, inner, tables.follow);
      return (env) => !lookup.each(env, () => false);
    }
    let found: boolean | undefined;
    return () => found ??= !data.each((row) => inner ? !inner(row) : false);
  };
}

/** A stage that is ready to run over its source. */
export interface Stage {
  readonly joined: boolean;
  /** How the root is reached; undefined when groups are the source. */
  readonly access: Access | undefined;
  readonly lookups: readonly Lookup[];
  /** What is looked at row by row, for the root and then after each join. */
  readonly residuals: readonly (readonly Cond[])[];
  /** Whether rows come in the order asked for. */
  readonly ordered: boolean;
  /**
   * Gives each row, or each set of joined rows, to `visit`; false from it ends the walk. The
   * array of a joined row is used again: copy it to keep it. `after` is a position in the order.
   */
  each(
    source: readonly StoredRow[] | undefined,
    visit: (env: Env) => boolean,
    after?: (env: Env) => number,
  ): boolean;
}

/** Chooses accesses and compiles the conditions of a stage. */
export function prepareStage(
  tables: Tables,
  root: TableDef | undefined,
  { conds, joins }: StageSteps,
  order: readonly OrderItem[],
): Stage {
  const joined = joins.length > 0;
  const levels: Cond[][] = [[], ...joins.map(() => [])];
  for (const cond of conds) levels[levelOf(cond)]?.push(cond);
  const exists = existsIn(tables, joined);
  const all = (items: readonly Cond[] = [], multi = joined): Test | undefined =>
    items.length > 0
      ? predicate({ op: "and", items }, multi, multi ? exists : existsIn(tables, false))
      : undefined;

  const data = root && tables.data(root);
  const access = data && planAccess(data, levels[0] ?? [], order);
  // The root's conditions see the row itself, before it is joined with anything.
  const rootTest = all(access ? access.residual : levels[0], false);
  const lookups = joins.map(({ table, on }) =>
    makeLookup(tables.data(table), on, true, undefined, tables.follow)
  );
  const tests = joins.map((_, i) => all(levels[i + 1]));
  const ordered = access?.ordered === true && lookups.every(({ single }) => single);

  function join(tuple: (StoredRow | null)[], level: number, visit: (env: Env) => boolean): boolean {
    const lookup = lookups[level];
    if (!lookup) return visit(tuple);
    const test = tests[level];
    const next = (row: StoredRow | null): boolean => {
      tuple[level + 1] = row;
      return test && !test(tuple) || join(tuple, level + 1, visit);
    };
    let found = false;
    const go = lookup.each(tuple, (row) => {
      found = true;
      return next(row);
    });
    return go && (found || joins[level]?.left !== true || next(null));
  }

  return {
    ...{ joined, access, lookups, ordered },
    residuals: [access ? access.residual : levels[0] ?? [], ...levels.slice(1)],
    each(source, visit, after) {
      const tuple: (StoredRow | null)[] = [];
      const next = joined
        ? (row: StoredRow) => {
          tuple[0] = row;
          return join(tuple, 0, visit);
        }
        : visit;
      const take = rootTest ? (row: StoredRow) => !rootTest(row) || next(row) : next;
      if (!data || !access) return source?.every(take) ?? true;
      const bound = after && ordered && !joined && access.seekable ? after : undefined;
      return eachRow(data, access, take, bound);
    },
  };
}
