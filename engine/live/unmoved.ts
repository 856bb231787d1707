import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { tableUses } from "../../query/table_uses.ts";
import type { RowWrite, ValueEntry } from "../commit.ts";
import { stagesOf } from "../stage.ts";
import { compareEnvs } from "../window.ts";
import { ownTest } from "./stage_view.ts";

/** Beyond so many rows it costs less to ask. */
const MOST_ROWS = 500;

/** Whether writes leave a result as it is, for all that can be told from the rows that it has. */
export type Unmoved = (
  entries: readonly (RowWrite | ValueEntry)[],
  rows: readonly StoredRow[],
) => boolean;

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
