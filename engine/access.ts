import { type MapKey, mapKey, tupleKey } from "../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { Cond, Leaf, Operand, OrderItem } from "../query/ast.ts";
import { likePrefix } from "../query/like.ts";
import type { Bound, Visit } from "./ordered_index.ts";
import type { TableData } from "./table_data.ts";

/** One end of a range over a column; the operand is read when the access runs. */
interface Edge {
  readonly cond: Cond;
  readonly value: () => unknown;
  readonly inclusive: boolean;
  /** Whether the edges of the condition say all that it says. */
  readonly exact: boolean;
}
/** A range of an index: equal values of its first columns, then a range of the next. */
interface IndexRange {
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
  /** What the access does not see to. */
  readonly residual: readonly Cond[];
}

/** The conditions on one column that an index can serve. */
interface Bounds {
  equal?: { readonly cond: Cond; readonly value: () => unknown };
  list?: { readonly cond: Cond; readonly values: readonly unknown[] };
  low?: Edge;
  high?: Edge;
}

/** The least text after all that begin with `prefix`, by code point; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  const codes = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let code = codes.pop(); code !== undefined; code = codes.pop()) {
    if (code < 0x10ffff) {
      const next = code === 0xd7ff ? 0xe000 : code + 1;
      return String.fromCodePoint(...codes, next);
    }
  }
  return undefined;
}

function constant(operand: Operand): (() => unknown) | undefined {
  // Read late: an include puts the value of each parent in.
  return operand.kind === "value" ? () => operand.value : undefined;
}

/** Notes what a condition says of a column of the table itself. */
function note(bounds: Map<ColumnDef, Bounds>, cond: Cond): void {
  if ("items" in cond || "item" in cond || cond.op === "exists") return;
  const { slot, column, json, type } = cond.ref;
  if (slot !== 0 || !column || json.length > 0 || type === "json") return;
  let known = bounds.get(column);
  if (!known) bounds.set(column, known = {});
  noteLeaf(known, cond);
}

function noteLeaf(known: Bounds, cond: Leaf): void {
  const low = (operand: Operand, inclusive: boolean, exact = true) => {
    const value = constant(operand);
    if (value) known.low ??= { cond, value, inclusive, exact };
  };
  const high = (operand: Operand, inclusive: boolean, exact = true) => {
    const value = constant(operand);
    if (value) known.high ??= { cond, value, inclusive, exact };
  };
  switch (cond.op) {
    case "eq": {
      const value = constant(cond.operand);
      if (value) known.equal ??= { cond, value };
      return;
    }
    case "in":
      if (!("kind" in cond.list)) {
        known.list ??= {
          cond,
          values: cond.list.map((item) => item.kind === "value" ? item.value : null),
        };
      }
      return;
    case "gt":
    case "gte":
      return low(cond.operand, cond.op === "gte");
    case "lt":
    case "lte":
      return high(cond.operand, cond.op === "lte");
    case "between":
      if (!known.low && !known.high) {
        const exact = cond.from.kind === "value" && cond.to.kind === "value";
        low(cond.from, true, exact);
        high(cond.to, true, exact);
      }
      return;
    case "like":
    case "startsWith": {
      const { operand, fold } = cond;
      if (
        fold || operand.kind !== "value" || typeof operand.value !== "string" || known.low ||
        known.high
      ) return;
      const { prefix, exact } = cond.op === "like"
        ? likePrefix(operand.value)
        : { prefix: operand.value, exact: true };
      if (prefix === "") return;
      const after = afterPrefix(prefix);
      low({ kind: "value", value: prefix }, true, exact);
      if (after !== undefined) high({ kind: "value", value: after }, false, exact);
    }
  }
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
  const bounds = new Map<ColumnDef, Bounds>();
  for (const cond of conds) note(bounds, cond);
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
        residual: without(used),
      };
    }
  }
  return best ?? { kind: "scan", ordered: false, desc: false, residual: conds };
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

/** The rows that an access reaches, before its residual; false when `visit` ended the walk. */
export function eachRow(data: TableData, access: Access, visit: Visit, after?: Bound): boolean {
  if (access.keys) {
    for (const values of access.keys()) {
      const key: MapKey = values.length === 1 ? mapKey(values[0]) : tupleKey(values);
      const row = access.unique ? data.getUnique(access.unique, key) : data.get(key);
      if (row && (!after || after(row) > 0) && !visit(row)) return false;
    }
    return true;
  }
  // Key order is the order of the table itself while keys come in order.
  const plain = access.kind === "scan" && !access.desc && !after && data.inOrder;
  if (!access.range || plain) return data.each(visit);
  const { list, low, high } = access.range;
  if (list) {
    const values = new Map(list.map((value) => [mapKey(value), value]));
    for (const value of values.values()) {
      const edge = { value: () => value, inclusive: true };
      if (!eachInRange(data, access.range, edge, edge, access.desc, visit)) return false;
    }
    return true;
  }
  const first = low?.value();
  const last = high?.value();
  if (first === null || last === null) return true; // a range with null holds nothing
  return eachInRange(data, access.range, low, high, access.desc, visit, after);
}

function eachInRange(
  data: TableData,
  { index, columns, equal }: IndexRange,
  low: Pick<Edge, "value" | "inclusive"> | undefined,
  high: Pick<Edge, "value" | "inclusive"> | undefined,
  desc: boolean,
  visit: Visit,
  after?: Bound,
): boolean {
  const order = data.order(index);
  const values = equal.map((value) => value());
  const against = (all: readonly unknown[]): Bound => (row) => {
    for (let i = 0; i < all.length; i++) {
      const column = columns[i];
      const order = column ? column.compare(row[column.name], all[i]) : 0;
      if (order !== 0) return order;
    }
    return 0;
  };
  const prefix = against(values);
  const edge = (value: unknown, past: boolean) => order.seek(against([...values, value]), past);
  let from = values.length > 0 ? order.seek(prefix, false) : 0;
  let to = values.length > 0 ? order.seek(prefix, true) : order.end;
  // Without a lower end a range begins after the nulls.
  if (low) from = edge(low.value(), !low.inclusive);
  else if (high) from = edge(null, true);
  if (high) to = edge(high.value(), high.inclusive);
  if (after) {
    // The position lies among rows with the same equal values; a walk back goes against it.
    const position = order.seek((row) => prefix(row) || (desc ? -after(row) : after(row)), !desc);
    if (desc) to = Math.min(to, position);
    else from = Math.max(from, position);
  }
  return from >= to || order.each(from, to, desc, visit);
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
