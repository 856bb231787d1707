import { type MapKey, mapKey, tupleKey } from "../../schema/key.ts";
import type { ColumnDef } from "../../schema/table.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import { tableUses } from "../../query/table_uses.ts";
import { boundsOf } from "../bounds.ts";
import { ownConds } from "./stage_view.ts";
import { stagesOf } from "../stage.ts";

/** Values of some columns without which a row means nothing to a view; as `keyIn` gives them. */
export interface Guard {
  readonly columns: readonly ColumnDef[];
  readonly keys: readonly MapKey[];
}

/** What a query's conditions ask of the rows of its own table, where that is equality. */
export function guardOf(ast: Ast): Guard | undefined {
  if (tableUses(ast).filter((def) => def === ast.table).length > 1) return undefined;
  const [first] = stagesOf(ast);
  const conds: Cond[] = first ? ownConds(first) : [];
  const bounds = boundsOf(conds);
  const equal = ast.table.columns.flatMap((column) => {
    const found = bounds.get(column)?.equal;
    return found ? [{ column, value: found.value() }] : [];
  });
  const [only] = equal;
  if (only) {
    const values = equal.map(({ value }) => value);
    return {
      columns: equal.map(({ column }) => column),
      keys: [equal.length === 1 ? mapKey(only.value) : tupleKey(values)],
    };
  }
  for (const [column, { list }] of bounds) {
    if (list) return { columns: [column], keys: [...new Set(list.values.map(mapKey))] };
  }
  return undefined;
}
