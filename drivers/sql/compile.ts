import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond, Ref } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { valueType } from "../../query/shape.ts";
import { type Window, windowOf } from "../../engine/window.ts";
import type { Dialect } from "./dialect.ts";
import { columnOf, exprOf, type Slot, typedOf } from "./expression.ts";
import { afterParts, afterSql, orderTerms, orderText, positionOf } from "./order.ts";
import { type Assemble, outputOf, type Read, Selection, shownIncludes } from "./output.ts";
import { fewParents, isOneParent, type Parents, parentTuples } from "./parents.ts";
import { type Param, WINDOW, Writer } from "./pushed.ts";
import { bodySql, sqlStages, whereText } from "./stage.ts";

/** A statement with its parameters; the text is the same for queries of one shape. */
export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** What queries of one shape have in common; it holds no value of any. */
export interface Plan {
  readonly text: string;
  /** Whether the statement gives the rows of the query, but for {@linkcode Compiled.left}. */
  readonly pushable: boolean;
  /** Whether rows are read from cells by {@linkcode assemble} alone: nothing is left or included. */
  readonly direct: boolean;
  /** The places of what is left among the conditions of the last stage. */
  readonly left: readonly number[];
  /** The rows that paths of the last stage lead into. */
  readonly slots: readonly Slot[];
  readonly assemble: Assemble;
  /** The rows of each slot; only where something is left. */
  readonly envs: readonly Read[];
  /** The values at the paths that were asked for beside the result. */
  readonly extra: readonly Read[];
  /** Which of the last stage's includes the result shows. */
  readonly includes: readonly boolean[];
}

/** A query as a statement, and how what it gives is read. */
export interface Compiled extends Statement {
  readonly plan: Plan;
  /**
   * Conditions that hold for too many rows. Then the statement selects whole rows, without
   * limit and offset, for {@linkcode Plan.envs} to read.
   */
  readonly left: readonly Cond[];
}

/** A statement that was just compiled, with where its parameters come from. */
export interface Traced {
  readonly sources: readonly Param[];
  /** The tables of subselects by the names of their rows. */
  readonly subselects: ReadonlyMap<string, TableDef>;
}

function limitOf({ limit }: Window): number {
  return limit;
}
function offsetOf({ offset }: Window): number {
  return offset;
}
function endOf({ offset, limit }: Window): number {
  return offset + limit;
}

/** A limit with an offset, if there are any. */
function windowText(window: Window, out: Writer, force = ""): string {
  const count = window.limit < Infinity
    ? out.dialect.limit(out.add(WINDOW, window, limitOf, "integer"))
    : force && out.dialect.noLimit;
  const most = count && ` LIMIT ${count}${force}`;
  if (window.offset === 0) return most;
  return `${most || ` LIMIT ${out.dialect.noLimit}`} OFFSET ${
    out.add(WINDOW, window, offsetOf, "integer")
  }`;
}

/** Where rows are not read from cells. */
function nothing(): StoredRow {
  return {};
}

const ALL_ROWS: Window = { offset: 0, limit: Infinity, after: undefined };

/** What a query is compiled for. */
export interface CompileOptions {
  /** Paths of the last stage that are selected beside the result. */
  readonly extra?: readonly Ref[];
  /** Paths of the last stage: the window counts for each set of values at them. */
  readonly share?: readonly Ref[];
}

/** Compiles a query whose params are filled in. */
export function compile(
  ast: Ast,
  dialect: Dialect,
  { extra = [], share }: CompileOptions = {},
): Compiled & Traced {
  if (share && isOneParent(ast, share)) return compileWhole(ast, dialect, extra, undefined);
  const parents = share && fewParents(ast, share);
  return parents && compileEach(parents, dialect, extra) ||
    compileWhole(ast, dialect, extra, share);
}

/**
 * Compiles a query so that each parent is asked for its children, and then for their rows;
 * undefined when something is left.
 */
function compileEach(
  parents: Parents,
  dialect: Dialect,
  extra: readonly Ref[],
): (Compiled & Traced) | undefined {
  const { rest, ref } = parents;
  const out = new Writer(dialect);
  const tuples = parentTuples(parents, valueType(ref), out);
  const body = bodySql(rest, sqlStages(rest), out);
  const { scope, pushable } = body;
  const [slot] = scope.slots;
  if (body.left.length > 0 || !slot) return undefined;
  const selection = new Selection(scope);
  const assemble = outputOf(rest, body, selection);
  const reads = extra.map((other) => selection.value(other));
  const order = totalOrder(rest);
  const sorted = orderText(orderTerms(order, scope), scope);
  const window = windowOf(rest);
  const after = window.after && afterSql(positionOf(order, scope, window.after), out);
  const own = both(
    after ? both(body.where, after) : body.where,
    `${typedOf(dialect, exprOf(scope, ref), valueType(ref))} = strata_p.c0`,
  );
  const keys = rest.table.key.map(({ name }) => columnOf(dialect, slot, name)).join(", ");
  const head = `WITH strata_p (c0) AS (VALUES ${tuples}) SELECT ${selection.list.join(", ")} ` +
    `FROM strata_p CROSS JOIN `;
  const rows = `FROM ${body.from}${whereText(own)}${sorted}${windowText(window, out)}`;
  const text = head +
    (dialect.lateral
      ? `LATERAL (SELECT s0.* ${rows}) AS s0${sorted}`
      : `${body.from} WHERE (${keys}) IN (SELECT ${keys} ${rows})${sorted}`);
  const includes = shownIncludes(rest, body);
  return {
    ...{ text, params: out.values, sources: out.params, subselects: out.subselects, left: [] },
    plan: {
      ...{ text, pushable, direct: includes.length === 0, left: [], slots: scope.slots },
      ...{ assemble, envs: [], extra: reads, includes },
    },
  };
}

function compileWhole(
  ast: Ast,
  dialect: Dialect,
  extra: readonly Ref[],
  share: readonly Ref[] | undefined,
): Compiled & Traced {
  const out = new Writer(dialect);
  const stages = sqlStages(ast);
  const body = bodySql(ast, stages, out);
  const { scope, left } = body;
  const selection = new Selection(scope);
  const whole = left.length > 0;
  // Rows of groups have no table to be read by.
  const pushable = body.pushable && !(whole && stages.length > 1);
  const envs = whole && pushable ? scope.slots.map((slot) => selection.row(slot)) : [];
  const assemble = whole ? nothing : outputOf(ast, body, selection);
  const reads = extra.map((ref) => selection.value(ref));
  const list = selection.list.join(", ") || "NULL";

  const order = totalOrder(ast);
  const sorted = orderText(orderTerms(order, scope), scope);
  const window = windowOf(ast);
  const { offset, limit, after } = window;
  const position = after && positionOf(order, scope, after);
  const parts = position && !share && stages.length === 1 && body.steps.joins.length === 0 &&
    limit < Infinity && !whole && afterParts(position);
  const select = `SELECT ${list} FROM ${body.from}`;
  let text: string;
  if (parts) {
    const [first, second] = parts;
    const half = (where: string, test: string) =>
      `SELECT * FROM (${select}${whereText(both(where, test))}${sorted} ` +
      `LIMIT ${out.dialect.limit(out.add(WINDOW, window, endOf, "integer"))})`;
    text = half(body.where, first(out)) + dialect.derived("h1") + " UNION ALL ";
    // The conditions once more, with parameters of their own.
    text += half(bodySql(ast, stages, out).where, second(out)) + dialect.derived("h2") +
      windowText(window, out);
  } else if (share && !whole && (offset > 0 || limit < Infinity)) {
    const where = position ? both(body.where, afterSql(position, out)) : body.where;
    // An include joins by columns, or by values of their types.
    const of = share.map((ref) => typedOf(dialect, exprOf(scope, ref), valueType(ref))).join(", ");
    const least = out.add(WINDOW, window, offsetOf, "integer");
    const most = limit < Infinity
      ? ` AND strata_n <= ${out.add(WINDOW, window, endOf, "integer")}`
      : "";
    text = `${body.head}SELECT * FROM (SELECT ${list}, row_number() OVER (PARTITION BY ${of}` +
      `${sorted}) AS strata_n FROM ${body.from}${whereText(where)}) AS w WHERE strata_n > ` +
      `${least}${most} ORDER BY strata_n${windowText(ALL_ROWS, out, body.force)}`;
  } else {
    const where = position ? both(body.where, afterSql(position, out)) : body.where;
    text = body.head + select + whereText(where) + sorted;
    if (!whole) text += windowText(window, out, body.force);
  }
  const includes = shownIncludes(ast, body);
  const direct = pushable && !whole && includes.length === 0;
  const { slots } = scope;
  return {
    ...{ text, params: out.values, sources: out.params, subselects: out.subselects },
    left: leftOf(ast, left),
    plan: { text, pushable, direct, left, slots, assemble, envs, extra: reads, includes },
  };
}

/** The conditions of a query at places of its last stage. */
export function leftOf(ast: Ast, places: readonly number[]): Cond[] {
  if (places.length === 0) return [];
  const conds = sqlStages(ast).at(-1)?.conds;
  return places.flatMap((place) => conds?.[place] ?? []);
}

/** A statement that gives one number: how many rows a query has; undefined when some is left. */
export function compileCount(ast: Ast, dialect: Dialect): (Statement & Traced) | undefined {
  const out = new Writer(dialect);
  const body = bodySql(ast, sqlStages(ast), out);
  if (!body.pushable || body.left.length > 0) return undefined;
  const window = windowOf(ast);
  const { offset, limit, after } = window;
  const test = after && afterSql(positionOf(totalOrder(ast), body.scope, after), out);
  const rest = ` FROM ${body.from}${whereText(test ? both(body.where, test) : body.where)}`;
  let text = `${body.head}SELECT count(*)${rest}`;
  if (offset > 0 || limit < Infinity || body.force) {
    const inner = `SELECT 1${rest}${windowText(window, out, body.force)}`;
    text = `${body.head}SELECT count(*) FROM (${inner}) AS w`;
  }
  return { text, params: out.values, sources: out.params, subselects: out.subselects };
}

function both(a: string, b: string): string {
  return a === "TRUE" ? b : b === "TRUE" ? a : `${a} AND ${b}`;
}
