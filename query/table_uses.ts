import type { TableDef } from "../schema/table.ts";
import type { Ast, Cond } from "./ast.ts";

function condTables(cond: Cond): TableDef[] {
  if ("items" in cond) return cond.items.flatMap(condTables);
  if (cond.op === "not") return condTables(cond.item);
  return cond.op === "exists" ? [cond.table, ...(cond.where ? condTables(cond.where) : [])] : [];
}

/** Every place where a query reads a table: its own, joined and included ones, and those of `exists`. */
export function tableUses(ast: Ast): TableDef[] {
  return [
    ast.table,
    ...ast.steps.flatMap((step) =>
      step.kind === "where"
        ? condTables(step.cond)
        : step.kind === "join"
        ? [step.table]
        : step.kind === "include"
        ? tableUses(step.query)
        : []
    ),
  ];
}
