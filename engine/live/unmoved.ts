import { keyIn, type MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, OrderItem } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { tableUses } from "../../query/table_uses.ts";
import type { RowWrite, ValueEntry } from "../commit.ts";
import { stagesOf } from "../stage.ts";
import { compareEnvs } from "../window.ts";
import { same } from "../../schema/same.ts";
import { ownTest } from "./stage_view.ts";

/** Beyond so many rows it costs less to ask. */
export const MOST_ROWS = 500;

/** Whether writes leave a result as it is, for all that can be told from the rows that it has. */
export type Unmoved = (
  entries: readonly (RowWrite | ValueEntry)[],
  rows: readonly StoredRow[],
) => boolean;

/** The rows after writes. */
export type Patched = (
  entries: readonly (RowWrite | ValueEntry)[],
  rows: readonly StoredRow[],
) => readonly StoredRow[] | undefined;

/**
 * Tells, for a query over one table, whether writes can't change its rows: all of them are of rows that
 * match neither before nor after, or come after the last row of a window that is full.
 */
export function unmovedBy(ast: Ast): Unmoved | undefined {
  const [stage, more] = stagesOf(ast);
  if (!stage || tableUses(ast).length > 1) return undefined;
  const test = ownTest(stage);
  const whole = !more && !ast.select && !ast.distinct;
  const { limit } = ast;
  const compare = whole && typeof limit === "number"
    ? compareEnvs(totalOrder(ast), false)
    : undefined;
  return (entries, rows) => {
    const last = rows.length === limit ? rows.at(-1) : undefined;
    const outside = (row: StoredRow) =>
      !test(row) || compare !== undefined && last !== undefined && compare(row, last) > 0;
    let count = 0;
    for (const entry of entries) {
      if ("value" in entry || entry.data.def !== ast.table) continue;
      count += entry.before.length + entry.after.length;
      if (count > MOST_ROWS) return false;
      if (!entry.before.every(outside) || !entry.after.every(outside)) return false;
    }
    return true;
  };
}

/**
 * Makes the rows of a result of a table's rows: of whole rows, or of columns under their own names among which
 * are the key and all that the order looks at, so that rows are found and put in order as whole ones are.
 */
function shownBy({ select, distinct, table }: Ast, order: readonly OrderItem[]): Show | undefined {
  if (!select) return (row) => row;
  const names = select.flatMap(({ ref, to }) => {
    const own = ref.column && ref.json.length === 0 && to.length === 1 && to[0] === ref.column.name;
    return own ? to : [];
  });
  const plain = names.length === select.length && !names.includes("__proto__");
  const ordered = order.every(({ ref }) => ref.json.length === 0 && names.includes(ref.path));
  if (distinct || !plain || !ordered) return undefined;
  if (!table.key.every(({ name }) => names.includes(name))) return undefined;
  return (row) => Object.fromEntries(names.map((name) => [name, row[name]]));
}
type Show = (row: StoredRow) => StoredRow;

/**
 * Gives, for rows of one table without a window, those that writes lead to; undefined where it
 * costs less to ask. Writes that the rows have seen already change nothing, and rows with the same content stay the same objects; so does the whole, when all are.
 */
export function patchedBy(ast: Ast): Patched | undefined {
  const [stage, more] = stagesOf(ast);
  const window = ast.limit !== undefined || ast.offset !== undefined || ast.after !== undefined;
  const order = totalOrder(ast);
  const shown = shownBy(ast, order);
  if (!stage || more || window || !shown || tableUses(ast).length > 1) return undefined;
  const test = ownTest(stage);
  const compare = compareEnvs(order, false);
  const { key } = ast.table;
  return (entries, rows) => {
    const last = new Map<MapKey, StoredRow | undefined>();
    for (const entry of entries) {
      if ("value" in entry || entry.data.def !== ast.table) continue;
      if (entry.before.length + entry.after.length > MOST_ROWS) return undefined;
      for (const row of entry.before) last.set(keyIn(key, row), undefined);
      for (const row of entry.after) last.set(keyIn(key, row), test(row) ? shown(row) : undefined);
    }
    const old = new Map<MapKey, StoredRow>();
    const next = rows.filter((row) => {
      const at = keyIn(key, row);
      return !last.has(at) || void old.set(at, row);
    });
    let moved = false;
    for (const [at, row] of last) {
      const known = old.get(at);
      const kept = known && row && same(known, row) ? known : row;
      moved ||= kept !== known;
      if (kept) next.splice(placeOf(next, kept, compare), 0, kept);
    }
    if (!moved) return rows;
    return next;
  };
}

/** Where a row belongs among rows in order. */
export function placeOf(
  rows: readonly StoredRow[],
  row: StoredRow,
  compare: (a: StoredRow, b: StoredRow) => number,
): number {
  let from = 0;
  let to = rows.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = rows[middle];
    if (other && compare(other, row) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
