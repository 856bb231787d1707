import { keyIn, type MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import type { Env } from "../../query/predicate.ts";
import { prepare } from "../run.ts";
import { prepareStage, stagesOf, type Tables } from "../stage.ts";
import { compareEnvs, compareToPosition, windowOf } from "../window.ts";
import type { Changes, RowChange } from "./changes.ts";
import { DistinctView } from "./distinct_view.ts";
import { Following } from "./follow.ts";
import { GroupView } from "./group_view.ts";
import { type Result, resultKey, type Steps } from "./result.ts";
import { RowsList } from "./rows_list.ts";
import { type EnvChange, isPlain, ownConds, type StageView, stageView } from "./stage_view.ts";

const NOBODY: ReadonlySet<MapKey> = new Set();

/** Whether every `exists` of a condition names columns that lead to its rows. */
function leads(cond: Cond): boolean {
  if ("items" in cond) return cond.items.every(leads);
  if (cond.op === "not") return leads(cond.item);
  return cond.op !== "exists" || cond.on.length > 0 && (!cond.where || leads(cond.where));
}

/**
 * Whether a result is brought up to date by the changes of a commit. What can't be is run again:
 * `exists` of a whole table, includes of groups or on values inside JSON, distinct values of JSON,
 * and windows of no rows.
 */
export function isMaintained(ast: Ast): boolean {
  if (ast.limit === 0) return false;
  if (ast.distinct && ast.select?.some(({ ref }) => ref.type === "json")) return false;
  return ast.steps.every((step) =>
    step.kind === "where" ? leads(step.cond) : step.kind !== "include" ||
      step.query.steps.every(({ kind }) => kind !== "group") && isMaintained(step.query) &&
        step.on.every(({ child, ref }) =>
          child.slot === 0 && child.json.length === 0 && child.type !== "json" &&
          ref.type !== "json" && child.column?.table === step.query.table.name
        )
  );
}

/**
 * The result of a query that is kept current by what commits change:
 *
 *     table -> stage -> groups -> stage -> ... -> distinct -> rows after a position -> list
 *
 * Each part passes on what became of its rows, and knows what it needs to tell.
 */
export class Maintained {
  readonly #tables: Tables;
  readonly #ast: Ast;
  readonly #steps: Steps;
  readonly #stages: readonly { readonly view: StageView; readonly groups: GroupView | undefined }[];
  readonly #distinct: DistinctView | undefined;
  readonly #after: ((env: Env) => number) | undefined;
  readonly #list: RowsList;
  readonly #includes: Following | undefined;

  /** Begins with what the tables hold; rows of `before` with the same content keep their objects. */
  constructor(tables: Tables, ast: Ast, steps: Steps, before: Result | undefined) {
    this.#steps = steps;
    this.#tables = tables;
    this.#ast = ast;
    const stages = stagesOf(ast);
    this.#stages = stages.map((stage) => ({
      view: stageView(tables, stage),
      groups: stage.group && new GroupView(stage.group, stage.joins.length > 0),
    }));
    const last = stages.at(-1);
    const includes = last && last.includes.length > 0 ? new Following(tables) : undefined;
    const prepared = prepare(includes ?? tables, ast);
    const { order, joined, output } = prepared;
    this.#includes = includes;
    this.#distinct = ast.distinct && ast.select
      ? new DistinctView(ast.select.map(({ ref }) => ref), joined)
      : undefined;
    const window = windowOf(ast);
    const position = window.after && compareToPosition(order, joined, window.after);
    this.#after = position;
    // A table with conditions gives its first rows at any time.
    const plain = stages.length === 1 && last !== undefined && isPlain(last) && !ast.distinct;
    const [stage] = prepared.stages;
    const seeks = stage?.access?.residual.length === 0 && (!position || stage.access.seekable);
    const first = (limit: number) => prepared.envs({ offset: 0, limit, after: window.after });
    this.#list = new RowsList({
      ...{ window, includes, steps },
      compare: compareEnvs(order, joined),
      keyOf: resultKey(ast, joined),
      // Stored rows are the result themselves.
      output: ast.select || joined || includes || stages.length > 1 ? output : undefined,
      first: plain ? first : undefined,
      quick: stage?.ordered === true && seeks,
    });
    this.#list.begin(plain ? undefined : this.#all(), before);
  }

  get result(): Result {
    const { result } = this.#list;
    if (result) return result;
    throw new Error("Cannot read a live result as it has begun: it has not");
  }

  /** All rows before the window, from the start. */
  #all(): Env[] {
    const { table } = this.#ast;
    const conds = stagesOf(this.#ast).slice(0, 1).flatMap(ownConds);
    const rows: RowChange[] = [];
    prepareStage(this.#tables, table, { conds, joins: [], includes: [], group: undefined }, [])
      .each(undefined, (env) => {
        // Without joins an Env is a row.
        const after = env as StoredRow;
        return rows.push({ key: keyIn(table.key, after), before: undefined, after }) > 0;
      });
    return this.#through(rows, undefined).flatMap(({ after }) => after ? [after] : []);
  }

  #through(source: readonly RowChange[], changes: Changes | undefined): EnvChange[] {
    let rows = source;
    let envs: EnvChange[] = [];
    for (const { view, groups } of this.#stages) {
      envs = view.advance(rows, changes);
      if (groups) rows = groups.advance(envs);
    }
    if (this.#distinct) envs = this.#distinct.advance(envs);
    const position = this.#after;
    if (!position) return envs;
    const within = (env: Env | undefined) => env && position(env) > 0 ? env : undefined;
    return envs.map(({ before, after }) => ({ before: within(before), after: within(after) }));
  }

  /**
   * Takes a commit in and gives the result, the same object when nothing in it changed. What
   * throws leaves the last result as it was, and must be started anew.
   */
  advance(changes: Changes): Result {
    const before = this.result;
    let envs: EnvChange[];
    try {
      envs = this.#through(changes.of(this.#tables.data(this.#ast.table)), changes);
    } catch (error) {
      this.keep();
      throw error;
    }
    const affected = this.#includes?.affected(changes) ?? NOBODY;
    if (envs.length === 0 && affected.size === 0) return before;
    const ops = this.#list.advance(envs, affected);
    const { result } = this;
    if (result !== before) {
      this.#steps.push({ ops, commit: changes.commit, from: before, to: result });
    }
    return result;
  }
  /** Makes the last result independent of what is kept. */
  keep(): void {
    void this.#list.result?.known;
  }
}
