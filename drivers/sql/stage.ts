import type { Ast, Step } from "../../query/ast.ts";
import { stagesOf, type StageSteps } from "../../engine/stage.ts";
import { aggregateSql } from "./aggregate.ts";
import { condSql } from "./condition.ts";
import {
  columnOf,
  type Expr,
  exprOf,
  rankOf,
  scalarOf,
  type Scope,
  type Slot,
  typedOf,
} from "./expression.ts";
import { allOf, type Writer } from "./pushed.ts";

type Group = Extract<Step, { kind: "group" }>;

/** The last stage of a query, whose earlier ones are subselects of it. */
export interface Body {
  /** What stands before SELECT. */
  readonly head: string;
  /** A number, 0, whose making works out all that may fail; empty where nothing may. */
  readonly force: string;
  readonly from: string;
  /** `TRUE` when there is no condition. */
  readonly where: string;
  readonly scope: Scope;
  readonly steps: StageSteps;
  /** What the last group, or `distinct`, gives. */
  readonly group: Group | undefined;
  /** The places of the last stage's conditions that hold for too many rows. */
  readonly left: readonly number[];
  /** Whether all stages but the last are exact. */
  readonly pushable: boolean;
}

/** The stages of a query; distinct rows are groups of what is selected. */
export function sqlStages(ast: Ast): StageSteps[] {
  const stages = stagesOf(ast);
  const last = stages.at(-1);
  if (!ast.distinct || !ast.select || !last) return stages;
  const paths = [...new Map(ast.select.map(({ ref }) => [ref.path, ref])).values()];
  return [
    ...stages.slice(0, -1),
    { ...last, includes: [], group: { kind: "group", paths, aggregates: [] } },
    { conds: [], joins: [], includes: [], group: undefined },
  ];
}

/** Writes all of a query up to the conditions of its last stage. */
export function bodySql(ast: Ast, stages: readonly StageSteps[], out: Writer): Body {
  const { dialect } = out;
  const heads = new Map<string, string>();
  let slot: Slot = { alias: "s0", table: ast.table, nullable: false };
  let from = `${dialect.quote(ast.table.name)} AS s0`;
  let pushable = true;
  let group: Group | undefined;
  for (const steps of stages) {
    const scope: Scope = {
      dialect,
      slots: [
        slot,
        ...steps.joins.map(({ table, left }, i): Slot => ({
          alias: `s${i + 1}`,
          table,
          nullable: left,
        })),
      ],
    };
    from += steps.joins.map((join) => joinSql(join, scope)).join("");
    const left: number[] = [];
    const where = allOf(steps.conds.map((cond, i) => () => {
      const pushed = condSql(cond, false, scope, out);
      if (!pushed.exact) left.push(i);
      return pushed;
    }));
    if (!steps.group) {
      const head = heads.size > 0 ? `WITH ${[...heads.values()].join(", ")} ` : "";
      // A limit is worked out before all else, so also where no row would ask for the groups.
      const force = [...heads.keys()].map((name) => ` + 0 * (SELECT count(*) FROM ${name})`).join(
        "",
      );
      return { head, force, from, where: where.sql, scope, steps, group, left, pushable };
    }
    pushable &&= where.exact;
    group = steps.group;
    const made = groupSql(group, scope);
    const text = `SELECT ${made.list} FROM ${from}${whereText(where.sql)}${made.by}`;
    if (made.fails) {
      // Kept apart, so that what may fail is worked out for every group as the rules have it.
      const name = `strata_${stages.indexOf(steps) + 1}`; // by which explain tells the stage
      heads.set(name, `${name} AS MATERIALIZED (${text})`);
      from = `${name} AS s0`;
    } else from = `(${text}) AS s0`;
    slot = { alias: "s0", table: undefined, nullable: false, columns: made.columns };
  }
  throw new Error("Cannot compile a query as its last stage has no group: it has one");
}

/** `WHERE` with a condition, if it is one. */
export function whereText(sql: string): string {
  return sql === "TRUE" ? "" : ` WHERE ${sql}`;
}

function joinSql(
  { table, on, slot, left }: Extract<Step, { kind: "join" }>,
  scope: Scope,
): string {
  const { dialect, slots } = scope;
  const own = slots[slot];
  if (!own) throw new Error("Cannot compile a join as each has a slot: there is none");
  const links = on.map(({ column, ref }) =>
    `${columnOf(dialect, own, column.name)} = ${typedOf(dialect, exprOf(scope, ref), column.type)}`
  );
  return ` ${left ? "LEFT JOIN" : "JOIN"} ${dialect.quote(table.name)} AS ${own.alias} ON ${
    links.join(" AND ")
  }`;
}

interface GroupSql {
  readonly list: string;
  readonly by: string;
  readonly columns: ReadonlyMap<string, Expr>;
  readonly fails: boolean;
}

/** The columns of a group by the paths that lead to them; they are named c0, c1... */
function groupSql({ paths, aggregates }: Group, scope: Scope): GroupSql {
  const { dialect } = scope;
  const list: string[] = [];
  const columns = new Map<string, Expr>();
  let fails = false;
  const add = (sql: string): string => {
    list.push(`${sql} AS c${list.length}`);
    return `s0.c${list.length - 1}`;
  };
  for (const ref of paths) {
    const expr = exprOf(scope, ref);
    if (expr.kind === "plain") columns.set(ref.path, { ...expr, sql: add(expr.sql) });
    else {
      fails = true;
      const rank = rankOf(dialect, expr);
      const checked = `CASE ${rank} WHEN 5 THEN ${dialect.fail(`(${rank})`)} ELSE ${rank} END`;
      columns.set(ref.path, {
        kind: "pair",
        rank: add(checked),
        scalar: add(scalarOf(dialect, expr)),
      });
    }
  }
  const keys = list.map((_, i) => i + 1);
  for (const [name, spec] of aggregates) {
    const made = aggregateSql(spec, scope);
    fails ||= made.fails;
    const [first = "", second] = made.columns.map(add);
    columns.set(
      name,
      second === undefined
        ? { kind: "plain", sql: first, type: made.type, nullable: true }
        : { kind: "pair", rank: first, scalar: second },
    );
  }
  // Without keys there is one group, also of no rows, which an aggregate alone gives.
  if (list.length === 0) add("count(*)");
  const by = keys.length > 0 ? ` GROUP BY ${keys.join(", ")}` : "";
  return { list: list.join(", "), by, columns, fails };
}
