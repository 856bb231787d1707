import type { Ast } from "../../query/ast.ts";
import { tableUses } from "../../query/table_uses.ts";
import type { Commit } from "../commit.ts";
import type { TableData } from "../table_data.ts";
import { guardOf } from "./guard.ts";
import { Hydration } from "./hydration.ts";
import { isMaintained, Maintained } from "./maintained.ts";
import { partsOf } from "./parts.ts";
import { rerun, type Result, Steps } from "./result.ts";
import type { Topic } from "./topics.ts";
import { View } from "./view.ts";
import type { Watching } from "./watching.ts";

/** Tables that are there when they are asked for. */
export interface LiveTables {
  /** @throws {TypeError} When the table is not in the schema. @throws {DataError} Once closed. */
  data(table: unknown): TableData;
}

/** The tables that a query reads. */
export function topicsOf(ast: Ast): Topic[] {
  const guard = guardOf(ast);
  return [...new Set(tableUses(ast))].map((def) => ({
    on: def,
    guard: def === ast.table ? guard : undefined,
  }));
}

/** The view of a query's rows; equal names are equal queries. */
export function rowsView(
  tables: LiveTables,
  watching: Watching,
  name: string,
  ast: Ast,
): View<Result> {
  for (const def of tableUses(ast)) tables.data(def);
  return watching.share(name, () => {
    const steps = new Steps();
    const passed = (from: Result | undefined, to: Result, commit?: Commit) => {
      if (from && from !== to) steps.push({ ops: undefined, commit, from, to });
    };
    return new View<Result>(watching, {
      topics: topicsOf(ast),
      compute(before, changes) {
        const result = rerun(tables, ast, steps, before);
        passed(before, result, changes?.commit);
        return result;
      },
      begin: !isMaintained(ast) ? undefined : (before, changes) => {
        const kept = Maintained.begin(tables, ast, steps, before);
        passed(before, kept.result, changes?.commit);
        return kept;
      },
      hydrate: !isMaintained(ast) ? undefined : (before) => {
        const parts = partsOf(tables, ast, steps, true);
        const hydration = new Hydration(parts, before);
        return {
          steps: hydration.steps,
          note: (changes) => hydration.note(changes),
          kept() {
            const kept = new Maintained(parts);
            passed(before, kept.result);
            return kept;
          },
        };
      },
    });
  });
}

/** The query whose number of rows is the same and costs least to know. */
export function counted(ast: Ast): Ast {
  const { limit, offset, after } = ast;
  const plain = limit === undefined && offset === undefined && after === undefined;
  return {
    ...ast,
    steps: ast.steps.filter(({ kind }) => kind !== "include"),
    select: ast.distinct ? ast.select : undefined,
    orderBy: plain ? [] : ast.orderBy,
  };
}
