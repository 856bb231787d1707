import { mapKey } from "../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { Cond, OrderItem } from "../query/ast.ts";
import { type Bounds, boundsOf, type Edge } from "./bounds.ts";
import type { TableData } from "./table_data.ts";

/** A range of an index: equal values of its first columns, then a range of the next. */
export interface IndexRange {
  /** The index; undefined is the primary key's. */
  readonly index: IndexDef | undefined;
  /** The columns of the index with the key appended. */
  readonly columns: readonly ColumnDef[];
  readonly equal: readonly (() => unknown)[];
  /** Values of the next column, one range each. */
  readonly list: readonly unknown[] | undefined;
  readonly low: Edge | undefined;
  readonly high: Edge | undefined;
}

/** How the rows of a table are reached. */
export interface Access {
  readonly kind: "key" | "index" | "scan";
  /** The unique index of a `key` access that is not by primary key. */
  readonly unique?: IndexDef | undefined;
  /** The values of a `key` access, one key after the other. */
  readonly keys?: () => readonly (readonly unknown[])[];
  readonly range?: IndexRange;
  /** Whether rows come in the order that was asked for, and in which direction. */
  readonly ordered: boolean;
  readonly desc: boolean;
  /** Whether a position in that order is a position in the range, which can begin there. */
  readonly seekable: boolean;
  /** What the access does not see to. */
  readonly residual: readonly Cond[];
}

/** The whole order, if columns of the table alone decide it before any joined row could. */
function rootOrder(
  def: TableDef,
  order: readonly OrderItem[],
): { column: ColumnDef; desc: boolean }[] | undefined {
  const items: { column: ColumnDef; desc: boolean }[] = [];
  const missing = new Set(def.key);
  for (const { ref, desc } of order) {
    if (ref.slot !== 0 || ref.json.length > 0 || !ref.column || ref.type === "json") {
      return undefined;
    }
    items.push({ column: ref.column, desc });
    missing.delete(ref.column);
    if (missing.size === 0) return items;
  }
  return undefined;
}

/**
 * Chooses how the rows of a table are reached: by key or unique value, else by the index with the
 * most equal columns, then a range on the next, then the order; else by a scan.
 */
export function planAccess(
  data: TableData,
  conds: readonly Cond[],
  order: readonly OrderItem[],
): Access {
  const { def } = data;
  const bounds = boundsOf(conds);
  const wanted = rootOrder(def, order);
  const without = (used: readonly (Cond | undefined)[]) =>
    conds.filter((cond) => !used.includes(cond));

  const byKey = keyAccess(def, bounds);
  if (byKey) {
    const single = byKey.list === undefined;
    return {
      kind: "key",
      unique: byKey.unique,
      keys: byKey.keys,
      ordered: single,
      desc: false,
      seekable: false,
      residual: without(byKey.used),
    };
  }

  let best: Access | undefined;
  let bestScore = 0;
  for (const index of [undefined, ...def.indexes]) {
    const columns = def.withKey(index?.columns ?? []);
    const equal: (() => unknown)[] = [];
    const used: (Cond | undefined)[] = [];
    for (const column of columns) {
      const found = bounds.get(column)?.equal;
      if (!found) break;
      equal.push(found.value);
      used.push(found.cond);
    }
    const next = columns[equal.length];
    const { list, low, high } = (next && bounds.get(next)) ?? {};
    if (list) used.push(list.cond);
    else used.push(low?.exact ? low.cond : undefined, high?.exact ? high.cond : undefined);
    const direction = indexOrder(columns, equal.length, bounds, wanted);
    const ranged = list !== undefined || low !== undefined || high !== undefined;
    const score = equal.length * 4 + (ranged ? 2 : 0) + (direction && !list ? 1 : 0);
    if (score > bestScore) {
      bestScore = score;
      best = {
        kind: equal.length > 0 || ranged || index ? "index" : "scan",
        range: {
          index,
          columns,
          equal,
          list: list?.values,
          ...(list ? { low: undefined, high: undefined } : { low, high }),
        },
        ordered: direction !== undefined && !list,
        desc: direction === "desc",
        seekable: !list && isSeekable(columns, equal.length, wanted ?? []),
        residual: without(used),
      };
    }
  }
  return best ?? { kind: "scan", ordered: false, desc: false, seekable: false, residual: conds };
}

/** The direction in which an index gives the order; undefined when it does not. */
function indexOrder(
  columns: readonly ColumnDef[],
  equal: number,
  bounds: ReadonlyMap<ColumnDef, Bounds>,
  wanted: readonly { column: ColumnDef; desc: boolean }[] | undefined,
): "asc" | "desc" | undefined {
  if (!wanted) return undefined;
  // A column with one value orders nothing.
  const open = wanted.filter(({ column }) => !bounds.get(column)?.equal);
  const desc = open[0]?.desc === true;
  const given = columns.slice(equal).filter((column) => !bounds.get(column)?.equal);
  const fits = open.every((item, i) => item.column === given[i] && item.desc === desc);
  return fits ? (desc ? "desc" : "asc") : undefined;
}

/**
 * Whether the order, but for columns that are equal throughout the range, is that of the index
 * itself: only then do rows before and after a position lie to its two sides.
 */
function isSeekable(
  columns: readonly ColumnDef[],
  equal: number,
  wanted: readonly { column: ColumnDef }[],
): boolean {
  const prefix = columns.slice(0, equal);
  return wanted.filter(({ column }) => !prefix.includes(column))
    .every(({ column }, i) => column === columns[equal + i]);
}

function keyAccess(def: TableDef, bounds: ReadonlyMap<ColumnDef, Bounds>): {
  readonly unique: IndexDef | undefined;
  readonly keys: () => readonly (readonly unknown[])[];
  readonly used: readonly Cond[];
  readonly list?: true;
} | undefined {
  for (const unique of [undefined, ...def.indexes.filter((index) => index.unique)]) {
    const columns = unique?.columns ?? def.key;
    const parts = columns.map((column) => bounds.get(column)?.equal);
    if (parts.every((part) => part !== undefined)) {
      // Null is no unique value: then an index or a scan finds the rows.
      if (unique && parts.some((part) => part.value() === null)) continue;
      return {
        unique,
        keys: () => [parts.map(({ value }) => value())],
        used: parts.map(({ cond }) => cond),
      };
    }
    const [only] = columns;
    const list = columns.length === 1 && only ? bounds.get(only)?.list : undefined;
    if (list && !(unique && list.values.includes(null))) {
      const keys = [...new Map(list.values.map((value) => [mapKey(value), [value]])).values()];
      return { unique, keys: () => keys, used: [list.cond], list: true };
    }
  }
  return undefined;
}

/** A range in words, for `explain`. */
export function describeRange({ range }: Access): string | undefined {
  if (!range) return undefined;
  const parts = range.equal.map((_, i) => `${range.columns[i]?.name} =`);
  const name = range.columns[range.equal.length]?.name;
  if (range.list) parts.push(`${name} in ${range.list.length}`);
  if (range.low) parts.push(`${name} ${range.low.inclusive ? ">=" : ">"}`);
  if (range.high) parts.push(`${name} ${range.high.inclusive ? "<=" : "<"}`);
  return parts.length > 0 ? parts.join(", ") : undefined;
}
