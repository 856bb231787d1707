import type { MapKey } from "../schema/key.ts";
import type { DraftRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast, OrderItem } from "../query/ast.ts";
import { totalOrder } from "../query/order.ts";
import { type Env, getter } from "../query/predicate.ts";
import { envKey, Grouping, putAt } from "./group.ts";
import { type Children, prepareInclude } from "./include.ts";
import { prepareStage, type Stage, stagesOf, type StageSteps, type Tables } from "./stage.ts";
import { collector, compareEnvs, compareToPosition, type Window, windowOf } from "./window.ts";

/** A query that is ready to run, as often as its tables stay as they are. */
export interface Prepared {
  readonly ast: Ast;
  readonly order: readonly OrderItem[];
  readonly stages: readonly Stage[];
  readonly includes: readonly Children[];
  /** Whether the last stage has joins, so that an {@linkcode Env} of it is an array. */
  readonly joined: boolean;
  /**
   * What a window holds, in order, not yet in the shape of the result. `rows` are those of the
   * table to begin with where the query was prepared for rows that are given.
   */
  envs(window: Window, rows?: readonly StoredRow[]): Env[];
  /** How many rows a window holds. */
  count(window: Window): number;
  /** One row of the result. */
  output(env: Env): StoredRow;
}

/** {@linkcode prepare}, as includes get it. */
export type Prepare = (tables: Tables, ast: Ast, given?: boolean) => Prepared;

/**
 * Chooses how a query runs and compiles it; its params are filled in. With `given` it runs over
 * rows of its table that it is given.
 */
export function prepare(tables: Tables, ast: Ast, given = false): Prepared {
  const steps = stagesOf(ast);
  const order = totalOrder(ast);
  const last = steps.length - 1;
  const stages = steps.map((stage, i) =>
    prepareStage(
      tables,
      i === 0 && !given ? ast.table : undefined,
      stage,
      i === last && !ast.distinct ? order : [],
    )
  );
  const lastSteps = steps[last];
  const stage = stages[last];
  if (!lastSteps || !stage) throw new Error("Cannot run a query as it has a stage: there is none");
  const { joined } = stage;
  const includes = lastSteps.includes.map((step) => prepareInclude(tables, step, joined, prepare));
  const compare = compareEnvs(order, joined);
  const outputOf = outputter(ast, lastSteps, includes, joined);
  const distinctKey = ast.distinct && ast.select
    ? envKey(ast.select.map(({ ref }) => ref), joined)
    : undefined;

  /** The rows of all stages but the last; undefined when the last one reads its table. */
  const source = (from: readonly StoredRow[] | undefined): readonly StoredRow[] | undefined => {
    let rows = from;
    for (let i = 0; i < last; i++) rows = groupRows(stages[i], steps[i], rows);
    return rows;
  };

  function walk(
    window: Window,
    visit: (env: Env) => boolean,
    rows?: readonly StoredRow[],
  ): void {
    const seen = new Set<MapKey>();
    const after = window.after && compareToPosition(order, joined, window.after);
    const take = (env: Env): boolean => {
      if (distinctKey) {
        const key = distinctKey(env);
        if (seen.has(key)) return true;
        seen.add(key);
      }
      return after && after(env) <= 0 || visit(env);
    };
    stage?.each(source(rows), distinctKey || after ? take : visit, after);
  }

  return {
    ...{ ast, order, stages, includes, joined, output: outputOf },
    envs(window, rows) {
      if (window.limit === 0) return [];
      const collect = collector(window, stage.ordered, compare, joined);
      walk(window, collect.add, rows);
      return collect.result();
    },
    count(window) {
      const most = window.offset + window.limit;
      let found = 0;
      if (most > 0) walk(window, () => ++found < most);
      return Math.max(0, Math.min(found, most) - window.offset);
    },
  };
}

function groupRows(
  stage: Stage | undefined,
  steps: StageSteps | undefined,
  source: readonly StoredRow[] | undefined,
): readonly StoredRow[] {
  if (!stage || !steps?.group) return [];
  const grouping = new Grouping(steps.group, stage.joined);
  stage.each(source, (env) => {
    grouping.add(env);
    return true;
  });
  return grouping.rows();
}

/** Gives rows the shape that the query asks for. */
function outputter(
  { select }: Ast,
  { joins, includes: steps }: StageSteps,
  includes: readonly Children[],
  joined: boolean,
): (env: Env) => StoredRow {
  // Without joins an Env is the row itself, with joins an array of one row a slot.
  const rowAt = (env: Env, slot: number): StoredRow | null =>
    // As said above.
    joined ? (env as readonly (StoredRow | null)[])[slot] ?? null : env as StoredRow;
  const children = (env: Env, as: string) =>
    includes[steps.findIndex((step) => step.as === as)]?.of(env) ?? [];
  if (!select) {
    if (joins.length === 0 && steps.length === 0) return (env) => rowAt(env, 0) ?? {};
    return (env) => {
      const row: DraftRow = { ...rowAt(env, 0) };
      joins.forEach(({ as, slot }) => putAt(row, [as], rowAt(env, slot)));
      steps.forEach(({ as }, i) => putAt(row, [as], includes[i]?.of(env)));
      return row;
    };
  }
  const parts = select.map(({ ref, to }) => ({
    to,
    get: ref.type === "rows" ? (env: Env) => children(env, ref.path) : getter(ref, joined),
  }));
  return (env) => {
    const row: DraftRow = {};
    for (const { to, get } of parts) putAt(row, to, get(env));
    return row;
  };
}

/** The rows of a query, in order. */
export function runQuery(tables: Tables, ast: Ast): StoredRow[] {
  const prepared = prepare(tables, ast);
  const envs = prepared.envs(windowOf(ast));
  const [stage] = prepared.stages;
  if (ast.select || !stage || prepared.joined || prepared.includes.length > 0) {
    return envs.map(prepared.output);
  }
  // Whole rows of one table are the result already: an Env without joins is a row.
  return envs as StoredRow[];
}
