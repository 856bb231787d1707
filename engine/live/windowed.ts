import { keyIn, type MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { tableUses } from "../../query/table_uses.ts";
import type { RowWrite, ValueEntry } from "../commit.ts";
import { stagesOf } from "../stage.ts";
import { compareEnvs, compareToPosition, windowOf } from "../window.ts";
import { isPlain, ownTest } from "./stage_view.ts";
import { MOST_ROWS, patchedBy, placeOf } from "./unmoved.ts";

/** A window after writes. */
export interface WindowPatch {
  /** The rows of it that are known, in order. */
  readonly rows: readonly StoredRow[];
  /** The query of those that are missing, which come after; undefined where none are. */
  readonly missing: Ast | undefined;
}

/** What writes make of the rows of a window; undefined where it costs less to ask. */
export type Windowed = (
  entries: readonly (RowWrite | ValueEntry)[],
  rows: readonly StoredRow[],
) => WindowPatch | undefined;

/** Whether a source without tables in memory can keep the rows of a query current from commits, and asks for no more than what is missing. */
export function isFollowed(ast: Ast): boolean {
  return ast.limit !== 0 && (patchedBy(ast) ?? windowedBy(ast)) !== undefined;
}

/**
 * Gives, for a window of whole rows of one table that passes none by, what writes lead to. All rows up to the
 * last of the window are known, or all there are where it isn't full:
 *
 *     b d f h |           a full window of 4; what comes after h is not known
 *     b   f h | ?         d leaves: 1 row after h is missing
 *     b c d f | h         c comes: h leaves
 */
export function windowedBy(ast: Ast): Windowed | undefined {
  const [stage, more] = stagesOf(ast);
  const { limit, offset, after } = windowOf(ast);
  if (!stage || more || ast.select || ast.distinct || tableUses(ast).length > 1) return undefined;
  if (!isPlain(stage) || stage.includes.length > 0) return undefined;
  if (limit === Infinity || limit === 0 || offset > 0) return undefined;
  const order = totalOrder(ast);
  const columns = order.flatMap(({ ref: { column, json } }) =>
    column && column.type !== "json" && json.length === 0 ? [column] : []
  );
  if (columns.length < order.length) return undefined;
  const own = ownTest(stage);
  const position = after && compareToPosition(order, false, after);
  const test = (row: StoredRow) => own(row) && (!position || position(row) > 0);
  const compare = compareEnvs(order, false);
  const { key } = ast.table;
  return (entries, rows) => {
    const last = new Map<MapKey, StoredRow | undefined>();
    for (const entry of entries) {
      if ("value" in entry || entry.data.def !== ast.table) continue;
      if (entry.before.length + entry.after.length > MOST_ROWS) return undefined;
      for (const row of entry.before) last.set(keyIn(key, row), undefined);
      for (const row of entry.after) last.set(keyIn(key, row), test(row) ? row : undefined);
    }
    const bound = rows.length < limit ? undefined : rows.at(-1);
    const next = rows.filter((row) => !last.has(keyIn(key, row)));
    for (const row of last.values()) {
      if (row && (!bound || compare(row, bound) <= 0)) {
        next.splice(placeOf(next, row, compare), 0, row);
      }
    }
    const count = limit - next.length;
    if (!bound || count <= 0) return { rows: next.slice(0, limit), missing: undefined };
    const values = columns.map(({ name }) => bound[name]);
    return { rows: next, missing: { ...ast, after: { values }, offset: undefined, limit: count } };
  };
}
