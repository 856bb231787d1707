import { type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import { jsonRank } from "../schema/json_value.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Cond, Ref, Step } from "../query/ast.ts";
import { type Env, getter } from "../query/predicate.ts";
import { makeLookup } from "./lookup.ts";
import type { Prepare, Prepared } from "./run.ts";
import type { Tables } from "./stage.ts";
import { compareToPosition, type Window, windowOf } from "./window.ts";

type Include = Extract<Step, { kind: "include" }>;

/** The children of an include. */
export interface Children {
  readonly step: Include;
  readonly prepared: Prepared;
  /** The rows of one parent, in the order of the children's query. */
  of(env: Env): readonly StoredRow[];
}

/**
 * Prepares an include: where an index leads to the children of a parent each parent asks it,
 * else the children are read once and dealt out.
 */
export function prepareInclude(
  tables: Tables,
  step: Include,
  joined: boolean,
  prepare: Prepare,
): Children {
  if (tables.follow) return byLookup(tables, step, joined, prepare);
  const gets = step.on.map(({ ref }) => getter(ref, joined));
  return byIndex(tables, step, gets, prepare) ?? byHash(tables, step, gets, prepare);
}

/** For a live result, which follows lookups; `on` names columns of the children's table. */
function byLookup(tables: Tables, step: Include, joined: boolean, prepare: Prepare): Children {
  const { query } = step;
  const on = step.on.flatMap(({ child: { column }, ref }) => column ? [{ column, ref }] : []);
  const lookup = makeLookup(tables.data(query.table), on, joined, undefined, tables.follow);
  const prepared = prepare(tables, query, true);
  const window = windowOf(query);
  return {
    ...{ step, prepared },
    of(env) {
      const rows: StoredRow[] = [];
      lookup.each(env, (row) => rows.push(row) > 0);
      return prepared.envs(window, rows).map(prepared.output);
    },
  };
}

type Gets = readonly ReturnType<typeof getter>[];

/** An equality whose value changes from parent to parent. */
interface Cell {
  readonly kind: "value";
  value: unknown;
}

function byIndex(
  tables: Tables,
  step: Include,
  gets: Gets,
  prepare: Prepare,
): Children | undefined {
  const { query, on } = step;
  const plain = (ref: Ref) =>
    ref.slot === 0 && ref.json.length === 0 && ref.column?.table === query.table.name;
  if (
    query.steps.some(({ kind }) => kind === "group") ||
    !on.every(({ child, ref }) => plain(child) && ref.type !== "json")
  ) {
    return undefined;
  }
  const cells = on.map((): Cell => ({ kind: "value", value: undefined }));
  const conds = on.map(({ child }, i): Cond => ({
    op: "eq",
    ref: child,
    operand: cells[i] ?? { kind: "value", value: null },
  }));
  const where: Step = { kind: "where", cond: { op: "and", items: conds } };
  const prepared = prepare(tables, { ...query, steps: [where, ...query.steps] });
  const access = prepared.stages[0]?.access;
  // A predicate would have read the cell when it was compiled.
  if (!access || access.kind === "scan" || conds.some((cond) => access.residual.includes(cond))) {
    return undefined;
  }
  const window = windowOf(query);
  return {
    ...{ step, prepared },
    of(env) {
      for (const [i, cell] of cells.entries()) {
        const value = gets[i]?.(env) ?? null;
        if (value === null) return [];
        cell.value = value;
      }
      return prepared.envs(window).map(prepared.output);
    },
  };
}

function byHash(tables: Tables, step: Include, gets: Gets, prepare: Prepare): Children {
  const { query, on } = step;
  const prepared = prepare(tables, query);
  const { order, joined } = prepared;
  const childGets = on.map(({ child }) => getter(child, joined));
  const key = (values: readonly unknown[]): MapKey | undefined => {
    // Null joins nothing, and neither does what is no scalar inside JSON.
    if (
      values.some((value, i) => value === null || on[i]?.ref.type === "json" && jsonRank(value) > 4)
    ) return undefined;
    return values.length === 1 ? mapKey(values[0]) : tupleKey(values);
  };
  let dealt: Map<MapKey, Env[]> | undefined;
  const deal = () => {
    const lists = new Map<MapKey, Env[]>();
    for (const env of prepared.envs({ offset: 0, limit: Infinity, after: undefined })) {
      const at = key(childGets.map((get) => get(env)));
      if (at === undefined) continue;
      const list = lists.get(at);
      if (list) list.push(env);
      else lists.set(at, [env]);
    }
    return lists;
  };
  const window: Window = windowOf(query);
  const after = window.after && compareToPosition(order, joined, window.after);
  return {
    ...{ step, prepared },
    of(env) {
      const at = key(gets.map((get) => get(env)));
      if (at === undefined) return [];
      const all = (dealt ??= deal()).get(at) ?? [];
      const rows = after ? all.filter((child) => after(child) > 0) : all;
      return rows.slice(window.offset, window.offset + window.limit).map(prepared.output);
    },
  };
}
