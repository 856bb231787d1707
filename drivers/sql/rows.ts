import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Step } from "../../query/ast.ts";
import { asked, type Asking, Unpushable } from "./asking.ts";
import { compile, compileCount, type CompileOptions } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { dealChildren, includesOf } from "./include.ts";
import { countInMemory, rowsInMemory } from "./memory.ts";
import type { Plans } from "./plans.ts";
import { testLeft } from "./residual.ts";

/** A result with what was asked for beside it. */
export interface Found {
  readonly row: StoredRow;
  readonly extra: readonly unknown[];
}

const NONE: readonly never[] = [];

/** What rows are asked for with. */
export interface PushOptions extends CompileOptions {
  /** Where plans are kept; each query is compiled without. */
  readonly plans?: Plans | undefined;
}

/** The rows of a query by statements alone, but for conditions that can be tested row by row. */
export function* pushedRows(
  ast: Ast,
  dialect: Dialect,
  { extra = NONE, share, plans }: PushOptions = {},
): Asking<Found[]> {
  const includes = includesOf(ast);
  const more = [...extra, ...includes.flatMap(({ on }) => on.map(({ ref }) => ref))];
  const options = share ? { extra: more, share } : { extra: more };
  const compiled = plans ? plans.rows(ast, options) : compile(ast, dialect, options);
  const { plan } = compiled;
  if (!plan.pushable) {
    throw new Unpushable("Cannot push a query as its stages are exact: one is not");
  }
  const all = yield* asked(compiled);
  const { cells, assemble } = compiled.left.length > 0
    ? testLeft(ast, compiled, all, share)
    : { cells: all, assemble: plan.assemble };
  if (more.length === 0) return cells.map((item) => ({ row: assemble(item, NONE), extra: NONE }));
  const values = cells.map((item) => plan.extra.map((read) => read(item)));
  const kids: (readonly (readonly StoredRow[])[])[] = [];
  let at = extra.length;
  for (const [i, step] of includes.entries()) {
    const from = at;
    at += step.on.length;
    const keys = values.map((list) => list.slice(from, from + step.on.length));
    const ask = (children: Ast) => {
      const refs = step.on.map(({ child }) => child);
      return pushedRows(children, dialect, { extra: refs, share: refs, plans });
    };
    kids.push(plan.includes[i] === true ? yield* dealChildren(step, keys, ask) : NONE);
  }
  return cells.map((item, i) => ({
    row: assemble(item, kids.map((lists) => lists[i] ?? NONE)),
    extra: (values[i] ?? NONE).slice(0, extra.length),
  }));
}

function isInclude({ kind }: Step): boolean {
  return kind === "include";
}

/**
 * The rows of a query, in order: by the engine where it gives exactly them, else by a condition
 * tested in memory, else all in memory. With `plans` a query is compiled once for its shape.
 */
export function* allRows(ast: Ast, dialect: Dialect, plans?: Plans): Asking<StoredRow[]> {
  try {
    const compiled = ast.steps.some(isInclude) ? undefined : plans?.rows(ast);
    if (compiled?.plan.direct) {
      const all = yield* asked(compiled);
      const { assemble } = compiled.plan;
      return all.map((cells) => assemble(cells, NONE));
    }
    const found = yield* pushedRows(ast, dialect, { plans });
    return found.map(({ row }) => row);
  } catch (error) {
    // What is wrong otherwise (a lock, a lost connection) fails there once more.
    if (!(error instanceof Unpushable)) throw error;
    return yield* rowsInMemory(ast, dialect);
  }
}

/** How many rows a query has. */
export function* countRows(ast: Ast, dialect: Dialect, plans?: Plans): Asking<number> {
  try {
    const statement = plans ? plans.count(ast) : compileCount(ast, dialect);
    if (!statement) return (yield* pushedRows(bareCount(ast), dialect, { plans })).length;
    const [cells] = yield* asked(statement);
    return Number(cells?.[0] ?? 0);
  } catch (error) {
    if (!(error instanceof Unpushable)) throw error; // as above
    return yield* countInMemory(ast, dialect);
  }
}

/** Nothing but the window counts. */
function bareCount(ast: Ast): Ast {
  return ast.distinct
    ? ast
    : { ...ast, select: undefined, steps: ast.steps.filter(({ kind }) => kind !== "include") };
}
