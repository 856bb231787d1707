import type { TableDef } from "../../schema/table.ts";
import type { Ast, Cond } from "../../query/ast.ts";

function addCond(cond: Cond | undefined, found: Set<TableDef>): void {
  if (!cond) return;
  if ("items" in cond) cond.items.forEach((item) => addCond(item, found));
  else if (cond.op === "not") addCond(cond.item, found);
  else if (cond.op === "exists") {
    found.add(cond.table);
    addCond(cond.where, found);
  }
}

/** The tables that a query reads: its own, joined and included ones, and those of `exists`. */
export function tablesOf(ast: Ast, found: Set<TableDef> = new Set()): Set<TableDef> {
  found.add(ast.table);
  for (const step of ast.steps) {
    if (step.kind === "where") addCond(step.cond, found);
    else if (step.kind === "join") found.add(step.table);
    else if (step.kind === "include") tablesOf(step.query, found);
  }
  return found;
}
