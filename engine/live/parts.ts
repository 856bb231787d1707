import type { MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import type { Env } from "../../query/predicate.ts";
import type { Access } from "../access.ts";
import { prepare } from "../run.ts";
import { prepareStage, type Stage, stagesOf, type Tables } from "../stage.ts";
import { compareEnvs, compareToPosition, windowOf } from "../window.ts";
import type { Changes, RowChange } from "./changes.ts";
import { DistinctView } from "./distinct_view.ts";
import { Following } from "./follow.ts";
import { GroupView } from "./group_view.ts";
import { resultKey, type Steps } from "./result.ts";
import { placesOf } from "./places.ts";
import { RowsList } from "./rows_list.ts";
import { type EnvChange, isPlain, ownConds, type StageView, stageView } from "./stage_view.ts";

/** A stage of a query that is kept current, and the groups that end it. */
export interface Part {
  readonly view: StageView;
  readonly groups: GroupView | undefined;
}

/**
 * What keeps a query current:
 *
 *     table -> stage -> groups -> stage -> ... -> distinct -> rows after a position -> list
 *
 * Each part passes on what became of its rows, and knows what it needs to tell.
 */
export interface Parts {
  readonly tables: Tables;
  readonly ast: Ast;
  readonly steps: Steps;
  readonly stages: readonly Part[];
  readonly distinct: DistinctView | undefined;
  /** Positive for rows after the position that the query begins at. */
  readonly after: ((env: Env) => number) | undefined;
  readonly list: RowsList;
  /** Follows what the rows of the result look up. */
  readonly includes: Following | undefined;
  /** Whether rows of the table with the own conditions are the result, so that it has its first rows at any time. */
  readonly plain: boolean;
  /** How the rows of the table are reached where their first ones are the result. */
  readonly access: Access | undefined;
  /** Makes what reads the rows of the table with the conditions on them alone. */
  source(): Stage;
}

/** Compiles a query; `paused` says that it is begun in steps, and must not read a large table at once. */
export function partsOf(tables: Tables, ast: Ast, steps: Steps, paused: boolean): Parts {
  const stages = stagesOf(ast);
  const last = stages.at(-1);
  const includes = last && last.includes.length > 0 ? new Following(tables, paused) : undefined;
  const prepared = prepare(includes ?? tables, ast);
  const { order, joined, output } = prepared;
  const window = windowOf(ast);
  const after = window.after && compareToPosition(order, joined, window.after);
  const plain = stages.length === 1 && last !== undefined && isPlain(last) && !ast.distinct;
  const [stage] = prepared.stages;
  const seeks = stage?.access?.residual.length === 0 && (!after || stage.access.seekable);
  const first = (limit: number) => prepared.envs({ offset: 0, limit, after: window.after });
  const conds: readonly Cond[] = stages.slice(0, 1).flatMap(ownConds);
  return {
    ...{ tables, ast, steps, after, includes, plain, access: stage?.access },
    stages: stages.map((stage) => ({
      view: stageView(tables, stage, paused),
      groups: stage.group && new GroupView(stage.group, stage.joins.length > 0),
    })),
    distinct: ast.distinct && ast.select
      ? new DistinctView(ast.select.map(({ ref }) => ref), joined)
      : undefined,
    list: new RowsList({
      ...{ window, includes, steps },
      compare: compareEnvs(order, joined),
      places: placesOf(order, joined),
      keyOf: resultKey(ast, joined),
      // Stored rows are the result themselves, and so are those of groups.
      output: ast.select || joined || includes ? output : undefined,
      made: stages.length > 1 && !ast.select && !joined && !includes,
      first: plain ? first : undefined,
      quick: stage?.ordered === true && seeks,
    }),
    source: () =>
      prepareStage(tables, ast.table, { conds, joins: [], includes: [], group: undefined }, []),
  };
}

/** What the changes of the table do to the rows before the list; `noted` as in {@linkcode StageView}. */
export function through(
  { stages, distinct, after }: Parts,
  source: readonly RowChange[],
  changes: Changes | undefined,
  noted = false,
): readonly EnvChange[] {
  let rows = source;
  let envs: readonly EnvChange[] = [];
  for (const { view, groups } of stages) {
    envs = view.advance(rows, changes, noted);
    if (groups) rows = groups.advance(envs);
  }
  return distinct || after ? last({ distinct, after }, envs) : envs;
}

/** The same from the rows of the last stage on. */
export function last(
  { distinct, after }: Pick<Parts, "distinct" | "after">,
  found: readonly EnvChange[],
): readonly EnvChange[] {
  const envs = distinct ? distinct.advance(found) : found;
  if (!after) return envs;
  const within = (env: Env | undefined) => env && after(env) > 0 ? env : undefined;
  return envs.map(({ before, after }) => ({ before: within(before), after: within(after) }));
}

/** A row that is there to begin with. */
export function coming(key: MapKey, after: StoredRow): RowChange {
  return { key, before: undefined, after };
}
