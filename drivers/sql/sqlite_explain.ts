import type { TableDef } from "../../schema/table.ts";
import type { PlanStep } from "../../engine/explain.ts";
import type { Cells } from "./decode.ts";
import type { Dialect, EnginePlan, ExplainDialect } from "./dialect.ts";

/** What SQLite says of one table: `SEARCH s0 USING COVERING INDEX name (a=? AND b>?) LEFT-JOIN`. */
const TABLE = /^(?:SCAN|SEARCH) (.+?)(?: EXISTS)?(?: USING (.*))?$/s;
const USING = /^(?:COVERING )?INDEX (.*)$/s;
const RANGE = /^ \((.*)\)(?: LEFT-JOIN)?$/s;
const ROWID = /^INTEGER PRIMARY KEY \((.*)\)(?: LEFT-JOIN)?$/;
/** A subselect; those of groups are `s0`, or `strata_1` for the first stage and so on. */
const PART = /^(?:CO-ROUTINE|MATERIALIZE) (?:(s0)|strata_(\d+))$/;
const SORT = /^USE TEMP B-TREE FOR .*ORDER BY$/;

/** The columns of an index as SQLite names it, and what follows the name. */
function indexIn(
  text: string,
  def: TableDef,
  dialect: Dialect,
):
  | { readonly names: readonly string[]; readonly unique: boolean; readonly rest: string }
  | undefined {
  const known = [
    { name: `sqlite_autoindex_${def.name}_1`, columns: def.key, unique: true },
    ...def.indexes.map((index) => ({ ...index, name: dialect.indexName(def, index) })),
  ];
  // Names may hold anything, so the end of one is where a range begins or the text is over.
  for (const { name, columns, unique } of known) {
    const rest = text.slice(name.length);
    if (!text.startsWith(name) || rest !== "" && !RANGE.test(rest)) continue;
    return { names: columns.map((column) => column.name), unique, rest };
  }
  return undefined;
}

/** How a table is reached; an index that is made for the statement alone is a scan. */
function stepOf(using: string, def: TableDef, dialect: Dialect): PlanStep {
  const table = def.name;
  const rowid = ROWID.exec(using)?.[1];
  if (rowid !== undefined) {
    const index = def.key[0]?.name ?? "";
    const range = rowid.replaceAll("rowid", () => index);
    return { table, access: rowid === "rowid=?" ? "key" : "index", index, range };
  }
  const found = indexIn(USING.exec(using)?.[1] ?? "", def, dialect);
  if (!found) return { table, access: "scan" };
  const { names, unique, rest } = found;
  const index = names.join();
  const range = RANGE.exec(rest)?.[1];
  if (range === undefined) return { table, access: "index", index };
  const whole = unique && range === names.map((name) => `${name}=?`).join(" AND ");
  return { table, access: whole ? "key" : "index", index, range };
}

/** `EXPLAIN QUERY PLAN`, whose rows are an id, the id of the row it is part of, 0 and a text. */
export const sqliteExplain: ExplainDialect = {
  statement: (text) => `EXPLAIN QUERY PLAN ${text}`,
  read(rows: readonly Cells[], last, tableOf, dialect): EnginePlan {
    // The stage that what is inside a row belongs to.
    const stages = new Map<unknown, number>([[0, last]]);
    const steps: { alias: string; stage: number; step: PlanStep }[] = [];
    let sorts = false;
    for (const [id, parent, , text] of rows) {
      const detail = String(text);
      const stage = stages.get(parent) ?? last;
      const part = PART.exec(detail);
      stages.set(id, part ? part[2] === undefined ? stage - 1 : Number(part[2]) - 1 : stage);
      sorts ||= stage === last && SORT.test(detail);
      const [, alias = "", using = ""] = TABLE.exec(detail) ?? [];
      const def = tableOf(alias, stage);
      if (def) steps.push({ alias, stage, step: stepOf(using, def, dialect) });
    }
    return { steps, sorts };
  },
};
