import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Ref } from "../../query/ast.ts";
import { asked, type Asking, Unpushable } from "./asking.ts";
import { compile, compileCount, type CompileOptions } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { dealChildren } from "./include.ts";
import { countInMemory, rowsInMemory } from "./memory.ts";
import { testLeft } from "./residual.ts";

/** A result with what was asked for beside it. */
export interface Found {
  readonly row: StoredRow;
  readonly extra: readonly unknown[];
}

const NONE: readonly never[] = [];

/** The rows of a query by statements alone, but for conditions that can be tested row by row. */
export function* pushedRows(
  ast: Ast,
  dialect: Dialect,
  { extra = [], share }: CompileOptions = {},
): Asking<Found[]> {
  const more = [...extra, ...parentRefs(ast)];
  const compiled = compile(ast, dialect, share ? { extra: more, share } : { extra: more });
  if (!compiled.pushable) {
    throw new Unpushable("Cannot push a query as its stages are exact: one is not");
  }
  const all = yield* asked(compiled);
  const { cells, assemble } = compiled.left.length > 0
    ? testLeft(ast, compiled, all, share)
    : { cells: all, assemble: compiled.assemble };
  if (more.length === 0) return cells.map((item) => ({ row: assemble(item, NONE), extra: NONE }));
  const values = cells.map((item) => compiled.extra.map((read) => read(item)));
  const kids: (readonly (readonly StoredRow[])[])[] = [];
  let at = extra.length;
  for (const [i, step] of compiled.body.steps.includes.entries()) {
    const from = at;
    at += step.on.length;
    const keys = values.map((list) => list.slice(from, from + step.on.length));
    const ask = (children: Ast) => {
      const refs = step.on.map(({ child }) => child);
      return pushedRows(children, dialect, { extra: refs, share: refs });
    };
    kids.push(compiled.includes[i] === true ? yield* dealChildren(step, keys, ask) : NONE);
  }
  return cells.map((item, i) => ({
    row: assemble(item, kids.map((lists) => lists[i] ?? NONE)),
    extra: (values[i] ?? NONE).slice(0, extra.length),
  }));
}

/** The paths of the parent whose values the children of the last stage's includes have. */
function parentRefs(ast: Ast): Ref[] {
  if (ast.distinct && ast.select) return [];
  let refs: Ref[] = [];
  for (const step of ast.steps) {
    if (step.kind === "group") refs = [];
    else if (step.kind === "include") refs.push(...step.on.map(({ ref }) => ref));
  }
  return refs;
}

/**
 * The rows of a query, in order: by the engine where it gives exactly them, else by a condition
 * tested in memory, else all in memory.
 */
export function* allRows(ast: Ast, dialect: Dialect): Asking<StoredRow[]> {
  try {
    const found = yield* pushedRows(ast, dialect);
    return found.map(({ row }) => row);
  } catch (error) {
    // What is wrong otherwise (a lock, a lost connection) fails there once more.
    if (!(error instanceof Unpushable)) throw error;
    return yield* rowsInMemory(ast, dialect);
  }
}

/** How many rows a query has. */
export function* countRows(ast: Ast, dialect: Dialect): Asking<number> {
  try {
    const statement = compileCount(ast, dialect);
    if (!statement) return (yield* pushedRows(bareCount(ast), dialect)).length;
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
