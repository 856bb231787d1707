import type { ColumnType } from "../../schema/compare.ts";
import type { Ast, Cond, Ref } from "../../query/ast.ts";
import { windowOf } from "../../engine/window.ts";
import type { Dialect } from "./dialect.ts";
import { type ListSource, type ListValues, marksFor, valuesOf } from "./list.ts";
import type { Writer } from "./pushed.ts";

/** The values of the parents whose children a query asks for, as its last condition has them. */
export interface Parents {
  /** The query without that condition. */
  readonly rest: Ast;
  /** The column of the children that has them. */
  readonly ref: Ref;
  readonly list: ListSource;
}

/** The lists of the last condition, if it is the one that `childrenOf` adds. */
function listsOf({ steps }: Ast, share: readonly Ref[]): Omit<Parents, "rest">[] | undefined {
  const last = steps.at(-1);
  if (last?.kind !== "where" || last.cond.op !== "and") return undefined;
  const { items } = last.cond;
  const lists = items.flatMap((item: Cond, i) =>
    item.op === "in" && item.ref === share[i]
      ? [{ ref: item.ref, list: { source: item.list, values: valuesOf(item.list) } }]
      : []
  );
  return lists.length === items.length && lists.length === share.length ? lists : undefined;
}

/** Whether some children are all of one parent, so that their window is that of the query. */
export function isOneParent(ast: Ast, share: readonly Ref[]): boolean {
  const lists = listsOf(ast, share);
  return !!lists?.every(({ list: { values: { nulls, flags, rest } } }) =>
    !nulls && flags.length + rest.length === 1
  );
}

/**
 * The parents of a query whose window counts for each of them, if it is faster to ask for each: a
 * few of them, and an index leads from each to its children.
 */
export function fewParents(ast: Ast, share: readonly Ref[]): Parents | undefined {
  const [found, more] = listsOf(ast, share) ?? [];
  if (!found || more || windowOf(ast).limit === Infinity || ast.distinct) return undefined;
  const { ref, list } = found;
  const { nulls, flags, rest } = list.values;
  if (nulls || flags.length > 0 || marksFor(rest.length) === Infinity) return undefined;
  const { key, indexes } = ast.table;
  const led = [key, ...indexes.map(({ columns }) => columns)].some(([first]) =>
    first === ref.column
  );
  const plain = ref.slot === 0 && ref.json.length === 0 && ref.type !== "json";
  const steps = ast.steps.slice(0, -1);
  const single = steps.every(({ kind }) => kind === "where" || kind === "include");
  return led && plain && single ? { rest: { ...ast, steps }, ref, list } : undefined;
}

/** The values of parents, each once, as lists of one: as many as the form of the list says. */
export function parentTuples(
  { list: { source, values } }: Parents,
  type: ColumnType,
  out: Writer,
): string {
  const size = marksFor(values.rest.length);
  const marks = Array.from(
    { length: size },
    (_, i) => `(${out.add(source, values, parentAt(i, out.dialect, type), type)})`,
  );
  return marks.join();
}

/** One value; null, which has no children, beyond the last. */
function parentAt(i: number, dialect: Dialect, type: ColumnType): (list: ListValues) => unknown {
  return ({ rest }) => i < rest.length ? dialect.bindItem(type, rest[i]) : null;
}
