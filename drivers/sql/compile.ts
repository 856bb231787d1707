import type { Ast, Cond, Ref } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { valueType } from "../../query/shape.ts";
import { windowOf } from "../../engine/window.ts";
import type { Dialect } from "./dialect.ts";
import { exprOf, typedOf } from "./expression.ts";
import { afterParts, afterSql, orderTerms, orderText, positionOf } from "./order.ts";
import { type Assemble, outputOf, type Read, Selection, shownIncludes } from "./output.ts";
import { Writer } from "./pushed.ts";
import { type Body, bodySql, sqlStages, whereText } from "./stage.ts";

/** A statement with its parameters; the text is the same for queries of one shape. */
export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** A query as a statement, and how what it gives is read. */
export interface Compiled extends Statement {
  /** Whether the statement gives the rows of the query, but for `left`. */
  readonly pushable: boolean;
  /**
   * Conditions that hold for too many rows. Then the statement selects whole rows, without
   * limit and offset, for {@linkcode envs} to read.
   */
  readonly left: readonly Cond[];
  readonly body: Body;
  readonly assemble: Assemble;
  /** The rows of each slot; only where something is left. */
  readonly envs: readonly Read[];
  /** The values at the paths that were asked for beside the result. */
  readonly extra: readonly Read[];
  readonly includes: readonly boolean[];
}

/** A limit with an offset, if there are any. */
function windowText(offset: number, limit: number, out: Writer, force = ""): string {
  const count = limit < Infinity ? out.add(limit) : force && out.dialect.noLimit;
  const most = count && ` LIMIT ${count}${force}`;
  if (offset === 0) return most;
  return `${most || ` LIMIT ${out.dialect.noLimit}`} OFFSET ${out.add(offset)}`;
}

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
): Compiled {
  const out = new Writer(dialect);
  const stages = sqlStages(ast);
  const body = bodySql(ast, stages, out);
  const { scope, left } = body;
  const selection = new Selection(scope);
  const whole = left.length > 0;
  // Rows of groups have no table to be read by.
  const pushable = body.pushable && !(whole && stages.length > 1);
  const envs = whole && pushable ? scope.slots.map((slot) => selection.row(slot)) : [];
  const assemble = whole ? () => ({}) : outputOf(ast, body, selection);
  const reads = extra.map((ref) => selection.value(ref));
  const list = selection.list.join(", ") || "NULL";

  const order = totalOrder(ast);
  const sorted = orderText(orderTerms(order, scope), scope);
  const { offset, limit, after } = windowOf(ast);
  const position = after && positionOf(order, scope, after);
  const parts = position && !share && stages.length === 1 && body.steps.joins.length === 0 &&
    limit < Infinity && !whole && afterParts(position);
  const select = `SELECT ${list} FROM ${body.from}`;
  let text: string;
  if (parts) {
    const [first, second] = parts;
    const half = (where: string, test: string) =>
      `SELECT * FROM (${select}${whereText(both(where, test))}${sorted}` +
      `${windowText(0, offset + limit, out)})`;
    text = half(body.where, first(out)) + " UNION ALL ";
    // The conditions once more, with parameters of their own.
    text += half(bodySql(ast, stages, out).where, second(out)) + windowText(offset, limit, out);
  } else if (share && !whole && (offset > 0 || limit < Infinity)) {
    const where = position ? both(body.where, afterSql(position, out)) : body.where;
    // An include joins by columns, or by values of their types.
    const of = share.map((ref) => typedOf(dialect, exprOf(scope, ref), valueType(ref))).join(", ");
    const least = out.add(offset);
    const most = limit < Infinity ? ` AND strata_n <= ${out.add(offset + limit)}` : "";
    text = `${body.head}SELECT * FROM (SELECT ${list}, row_number() OVER (PARTITION BY ${of}` +
      `${sorted}) AS strata_n FROM ${body.from}${whereText(where)}) AS w WHERE strata_n > ` +
      `${least}${most} ORDER BY strata_n${windowText(0, Infinity, out, body.force)}`;
  } else {
    const where = position ? both(body.where, afterSql(position, out)) : body.where;
    text = body.head + select + whereText(where) + sorted;
    if (!whole) text += windowText(offset, limit, out, body.force);
  }
  const { values } = out.params;
  const includes = shownIncludes(ast, body);
  return { text, params: values, pushable, left, body, assemble, envs, extra: reads, includes };
}

/** A statement that gives one number: how many rows a query has; undefined when some is left. */
export function compileCount(ast: Ast, dialect: Dialect): Statement | undefined {
  const out = new Writer(dialect);
  const body = bodySql(ast, sqlStages(ast), out);
  if (!body.pushable || body.left.length > 0) return undefined;
  const { offset, limit, after } = windowOf(ast);
  const test = after && afterSql(positionOf(totalOrder(ast), body.scope, after), out);
  const rest = ` FROM ${body.from}${whereText(test ? both(body.where, test) : body.where)}`;
  if (offset === 0 && limit === Infinity && !body.force) {
    return { text: `${body.head}SELECT count(*)${rest}`, params: out.params.values };
  }
  const inner = `SELECT 1${rest}${windowText(offset, limit, out, body.force)}`;
  return { text: `${body.head}SELECT count(*) FROM (${inner}) AS w`, params: out.params.values };
}

function both(a: string, b: string): string {
  return a === "TRUE" ? b : b === "TRUE" ? a : `${a} AND ${b}`;
}
