import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import { totalOrder } from "../../query/order.ts";
import { predicate, type Test } from "../../query/predicate.ts";
import type { RowEntry } from "../commit.ts";
import { levelOf, stagesOf } from "../stage.ts";
import { compareEnvs } from "../window.ts";
import type { Result } from "./result.ts";
import { tableUses } from "../../query/table_uses.ts";

/** Whether a write can change a result: false only where it certainly can't. */
export type Concern = (entry: RowEntry, result: Result | undefined) => boolean;

function hasExists(cond: Cond): boolean {
  if ("items" in cond) return cond.items.some(hasExists);
  return cond.op === "not" ? hasExists(cond.item) : cond.op === "exists";
}

/** What every row of the root must satisfy by itself. */
function rootTest(ast: Ast): Test {
  const conds = stagesOf(ast)[0]?.conds.filter((cond) => levelOf(cond) === 0 && !hasExists(cond));
  return predicate({ op: "and", items: conds ?? [] }, false, () => () => true);
}

/**
 * What a query's result depends on in its own table: rows that match its conditions before or
 * after a write and, where it is a full window from the start of the order, come no later than
 * its last row. Writes to other tables always concern it.
 */
export function concernOf(ast: Ast): Concern {
  if (tableUses(ast).filter((def) => def === ast.table).length > 1) return () => true;
  const test = rootTest(ast);
  const { limit, offset, after } = ast;
  const plain = ast.steps.every(({ kind }) => kind === "where") && !ast.select && !offset && !after;
  const compare = plain && typeof limit === "number"
    ? compareEnvs(totalOrder(ast), false)
    : undefined;
  return (entry, result) => {
    if (entry.data.def !== ast.table) return true;
    const last = compare && result && result.rows.length === limit ? result.rows.at(-1) : undefined;
    const matters = (row: StoredRow) => test(row) && !(last && compare && compare(row, last) > 0);
    return entry.before.some(matters) || entry.after.some(matters);
  };
}
