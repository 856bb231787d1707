import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import { tableUses } from "../../query/table_uses.ts";
import { planAccess } from "../../engine/access.ts";
import { stagesOf } from "../../engine/stage.ts";
import { prepare, runQuery, TableData, windowOf } from "../../engine/mod.ts";
import { predicate } from "../../query/predicate.ts";
import type { Answer, Read, Request, TableDef } from "../../db/driver.ts";
import { existsIn, Load, type Sources } from "./load.ts";
import type { RowTable } from "./row_table.ts";

/** The tables that a request is about. */
export function tablesIn(request: Request): readonly TableDef[] {
  switch (request.ask) {
    case "keys":
    case "match":
      return [request.table];
    case "rows":
    case "count":
    case "explain":
      return tableUses(request.query);
    case "write":
      return request.effects.map(({ table }) => table);
    case "known":
      return [];
  }
}

/** Answers a request of which some table is kept a record a row. */
export async function answerRows(
  sources: Sources,
  request: Exclude<Read, { ask: "known" | "explain" }>,
): Promise<Answer> {
  switch (request.ask) {
    case "keys":
      return await sources.rows(request.table)?.byKeys(request.keys) ?? [];
    case "match":
      return await sources.rows(request.table)?.byValues(request.columns, request.values) ?? [];
    case "rows": {
      const load = new Load(sources);
      await load.query(request.query);
      return runQuery(load, request.query);
    }
    case "count":
      return await count(sources, request.query);
  }
}

async function count(sources: Sources, ast: Ast): Promise<number> {
  const table = sources.rows(ast.table);
  const [stage, later] = stagesOf(ast);
  const window = windowOf(ast);
  const plain = stage && !later && stage.joins.length === 0 && !ast.distinct && !window.after &&
    existsIn(stage.conds).length === 0;
  if (!table || !plain) {
    const load = new Load(sources);
    // What is included has no part in it, and a window leaves rows out that count.
    const whole = ast.distinct ? ast : { ...ast, select: undefined };
    const query = {
      ...whole,
      steps: ast.steps.filter(({ kind }) => kind !== "include"),
      limit: undefined,
      offset: undefined,
    };
    await load.query(query);
    return prepare(load, query).count(window);
  }
  const found = await countPlain(table, stage.conds);
  const { offset, limit } = window;
  return Math.max(0, Math.min(found, offset + limit) - offset);
}

/** How many rows of a table fulfil conditions on themselves. */
async function countPlain(
  table: RowTable,
  conds: ReturnType<typeof stagesOf>[number]["conds"],
): Promise<number> {
  const access = planAccess(new TableData(table.def), conds, []);
  const test = predicate({ op: "and", items: conds }, false, () => () => true);
  if (access.residual.length === 0) {
    const fits = (rows: Iterable<StoredRow | undefined>) =>
      [...rows].filter((row) => row && test(row)).length;
    const own = table.written;
    const stored = await table.count(access);
    if (!own) return stored;
    const now: StoredRow[] = [];
    own.data.each((row) => now.push(row) > 0);
    return stored - fits(own.stored.values()) + fits(now);
  }
  let found = 0;
  for await (const page of table.walk(access, { first: 500 })) found += page.filter(test).length;
  return found;
}
