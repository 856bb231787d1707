import { keyIn } from "../../schema/key.ts";
import { noteText } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import { tableUses } from "../../query/table_uses.ts";
import { prepare, runQuery } from "../../engine/run.ts";
import { stagesOf, type Tables } from "../../engine/stage.ts";
import { TableData } from "../../engine/table_data.ts";
import { windowOf } from "../../engine/window.ts";
import { condSql } from "./condition.ts";
import type { Dialect } from "./dialect.ts";
import { Selection } from "./output.ts";
import { allOf, Writer } from "./pushed.ts";
import type { Asking } from "./asking.ts";
import { whereText } from "./stage.ts";

/** Whether a condition looks at the root alone. */
function ofRoot(cond: Cond): boolean {
  if ("items" in cond) return cond.items.every(ofRoot);
  if (cond.op === "not") return ofRoot(cond.item);
  if (cond.op === "exists") return false;
  if (cond.ref.slot !== 0) return false;
  const operands = cond.op === "between"
    ? [cond.from, cond.to]
    : "operand" in cond
    ? [cond.operand]
    : [];
  return operands.every((operand) => operand.kind !== "column" || operand.ref.slot === 0);
}

/** The rows of a table for which some conditions may hold. */
function* load(def: TableDef, conds: readonly Cond[], dialect: Dialect): Asking<TableData> {
  const slot = { alias: "s0", table: def, nullable: false };
  const scope = { dialect, slots: [slot] };
  const out = new Writer(dialect);
  const selection = new Selection(scope);
  const read = selection.row(slot);
  const where = allOf(conds.map((cond) => () => condSql(cond, false, scope, out)));
  const from = `${dialect.quote(def.name)} AS s0${whereText(where.sql)}`;
  const data = new TableData(def);
  const cells = yield {
    text: `SELECT ${selection.list.join(", ")} FROM ${from}`,
    params: out.values,
  };
  for (const item of cells) {
    const row = read(item);
    if (!row) continue;
    noteText(def, row);
    data.add(keyIn(def.key, row), row);
  }
  return data;
}

/**
 * Loads what a query reads, the root's rows narrowed by what can be said of them alone, for the
 * engine to run it: the last resort, always right.
 */
function* loadTables(ast: Ast, dialect: Dialect): Asking<Tables> {
  const all = tableUses(ast);
  const loaded = new Map<TableDef, TableData>();
  for (const def of all) {
    if (loaded.has(def)) continue;
    const once = def === ast.table && all.filter((other) => other === def).length === 1;
    const conds = once ? (stagesOf(ast)[0]?.conds ?? []).filter(ofRoot) : [];
    loaded.set(def, yield* load(def, conds, dialect));
  }
  return {
    data(def) {
      const found = loaded.get(def);
      if (found) return found;
      throw new Error("Cannot run a query in memory as its tables are loaded: one is not");
    },
  };
}

/** The rows of a query, worked out in memory. */
export function* rowsInMemory(ast: Ast, dialect: Dialect): Asking<StoredRow[]> {
  return runQuery(yield* loadTables(ast, dialect), ast);
}

/** The number of a query's rows, worked out in memory. */
export function* countInMemory(ast: Ast, dialect: Dialect): Asking<number> {
  return prepare(yield* loadTables(ast, dialect), ast).count(windowOf(ast));
}
