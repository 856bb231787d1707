import { quote } from "../schema/errors.ts";
import type { Ast, OrderItem, Ref, Selected } from "./ast.ts";

/**
 * The order of a query's rows, total: the user's columns, then the keys of the root and of each
 * join, or the paths of a group, or the columns of distinct rows, in the direction of the last.
 */
export function totalOrder(ast: Ast): readonly OrderItem[] {
  const desc = ast.orderBy.at(-1)?.desc === true;
  const ties = ast.distinct && ast.select ? ast.select.map(({ ref }) => ref) : ast.shape.keys;
  const known = new Set(ast.orderBy.map(({ ref }) => ref.path));
  const rest = ties.filter(({ path }) => !known.has(path)).map((ref) => ({ ref, desc }));
  return [...ast.orderBy, ...rest];
}

/**
 * The path that a name of the selected rows stands for.
 *
 * @throws {TypeError} When nothing of that name was selected.
 */
export function selectedPath(select: readonly Selected[], path: string): string {
  for (const { ref, to } of select) {
    const name = to.join(".");
    if (path === name) return ref.path;
    if (path.startsWith(`${name}.`)) return ref.path + path.slice(name.length);
  }
  throw new TypeError(
    `Cannot use the path ${quote(path)} as select leaves its own alone: it was not selected`,
  );
}

/** Where the value at a path stands in the result of a query; undefined when it was not selected. */
export function resultNames(ast: Ast, ref: Ref): readonly string[] | undefined {
  if (!ast.select) return ref.path.split(".");
  for (const { ref: { path }, to } of ast.select) {
    if (ref.path === path) return to;
    if (ref.path.startsWith(`${path}.`)) {
      return [...to, ...ref.path.slice(path.length + 1).split(".")];
    }
  }
  return undefined;
}
