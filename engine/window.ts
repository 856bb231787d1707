import type { Ast, OrderItem } from "../query/ast.ts";
import { type Env, type Get, getter } from "../query/predicate.ts";
import { compareRef } from "../query/shape.ts";

/** Up to this many rows a window is kept sorted while rows come; a larger one sorts them all. */
const TOP = 1000;

/** The part of an order that a query wants. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
  readonly after: readonly unknown[] | undefined;
}

/** The window of a query whose params are filled in. */
export function windowOf({ offset, limit, after }: Ast): Window {
  return {
    offset: typeof offset === "number" ? offset : 0,
    limit: typeof limit === "number" ? limit : Infinity,
    after: after && "values" in after ? after.values : undefined,
  };
}

/** The order of rows, or of joined rows. */
export type CompareEnvs = (a: Env, b: Env) => number;

/** Compiles an order. */
export function compareEnvs(order: readonly OrderItem[], joined: boolean): CompareEnvs {
  const parts = order.map(({ ref, desc }) => ({
    get: getter(ref, joined),
    compare: compareRef(ref),
    desc,
  }));
  const [a, b] = parts;
  if (a && parts.length === 1) {
    const { get, compare, desc } = a;
    return desc ? (x, y) => compare(get(y), get(x)) : (x, y) => compare(get(x), get(y));
  }
  if (a && b && parts.length === 2 && !joined) {
    // The usual case: one column, then the key.
    const { get, compare, desc } = a;
    return (x, y) =>
      (desc ? compare(get(y), get(x)) : compare(get(x), get(y))) ||
      (b.desc ? b.compare(b.get(y), b.get(x)) : b.compare(b.get(x), b.get(y)));
  }
  return (x, y) => {
    for (const { get, compare, desc } of parts) {
      const found = compare(get(x), get(y));
      if (found !== 0) return desc ? -found : found;
    }
    return 0;
  };
}

/** Where a row stands against a position in the order: positive after it. */
export function compareToPosition(
  order: readonly OrderItem[],
  joined: boolean,
  values: readonly unknown[],
): (env: Env) => number {
  const parts = order.map((
    { ref, desc },
    i,
  ): { get: Get; compare: ReturnType<typeof compareRef>; desc: boolean; value: unknown } => ({
    get: getter(ref, joined),
    compare: compareRef(ref),
    desc,
    value: values[i],
  }));
  return (env) => {
    for (const { get, compare, desc, value } of parts) {
      const found = compare(get(env), value);
      if (found !== 0) return desc ? -found : found;
    }
    return 0;
  };
}

/** Takes rows in and gives those of a window, in order. */
export interface Collector {
  /** False when no further row can matter. */
  add(env: Env): boolean;
  result(): Env[];
}

/** Rows that come in order: the window can end the walk. */
function inOrder({ offset, limit }: Window, keep: (env: Env) => Env): Collector {
  const rows: Env[] = [];
  let skip = offset;
  return {
    add(env) {
      if (skip > 0) skip--;
      else if (rows.length < limit) rows.push(keep(env));
      return rows.length < limit;
    },
    result: () => rows,
  };
}

/** The first rows of an order, kept sorted; most rows are compared with the last one alone. */
function topRows(size: number, compare: CompareEnvs, keep: (env: Env) => Env): Collector {
  const rows: Env[] = [];
  return {
    add(env) {
      const last = rows[rows.length - 1];
      if (last && rows.length === size && compare(env, last) >= 0) return true;
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        const other = rows[middle];
        if (other && compare(env, other) >= 0) low = middle + 1;
        else high = middle;
      }
      if (rows.length === size) rows.pop();
      rows.splice(low, 0, keep(env));
      return true;
    },
    result: () => rows,
  };
}

/** Collects the rows of a window; `ordered` when they come in its order. */
export function collector(
  window: Window,
  ordered: boolean,
  compare: CompareEnvs,
  joined: boolean,
): Collector {
  // Joined rows come in one array that is used again. A tuple is an array of its own kind.
  const keep = (env: Env): Env => joined && Array.isArray(env) ? [...env] : env;
  if (ordered) return inOrder(window, keep);
  const size = window.offset + window.limit;
  if (size <= TOP) {
    const top = topRows(size, compare, keep);
    return { add: top.add, result: () => top.result().slice(window.offset) };
  }
  const rows: Env[] = [];
  return {
    add: (env) => rows.push(keep(env)) > 0,
    result: () => rows.sort(compare).slice(window.offset, size),
  };
}
