import { keyIn } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond } from "../../query/ast.ts";
import type { Env } from "../../query/predicate.ts";
import type { Tables } from "../stage.ts";
import type { Changes, RowChange } from "./changes.ts";
import { coming, type Parts, partsOf, through } from "./parts.ts";
import type { Result, Steps } from "./result.ts";
import { NOBODY } from "./rows_list.ts";
import type { EnvChange } from "./stage_view.ts";

/** Whether every `exists` of a condition names columns that lead to its rows. */
function leads(cond: Cond): boolean {
  if ("items" in cond) return cond.items.every(leads);
  if (cond.op === "not") return leads(cond.item);
  return cond.op !== "exists" || cond.on.length > 0 && (!cond.where || leads(cond.where));
}

/**
 * Whether a result is brought up to date by the changes of a commit. What can't be is run again:
 * `exists` of a whole table, includes of groups or on values inside JSON, distinct values of JSON,
 * and windows of no rows.
 */
export function isMaintained(ast: Ast): boolean {
  if (ast.limit === 0) return false;
  if (ast.distinct && ast.select?.some(({ ref }) => ref.type === "json")) return false;
  return ast.steps.every((step) =>
    step.kind === "where" ? leads(step.cond) : step.kind !== "include" ||
      step.query.steps.every(({ kind }) => kind !== "group") && isMaintained(step.query) &&
        step.on.every(({ child, ref }) =>
          child.slot === 0 && child.json.length === 0 && child.type !== "json" &&
          ref.type !== "json" && child.column?.table === step.query.table.name
        )
  );
}

/** The result of a query that is kept current by what commits change. */
export class Maintained {
  readonly #parts: Parts;

  /** Goes on with parts whose list has begun. */
  constructor(parts: Parts) {
    this.#parts = parts;
  }
  /** Begins with what the tables hold; rows of `before` with the same content keep their objects. */
  static begin(tables: Tables, ast: Ast, steps: Steps, before: Result | undefined): Maintained {
    const parts = partsOf(tables, ast, steps, false);
    parts.list.begin(parts.plain ? undefined : allRows(parts), before);
    return new Maintained(parts);
  }

  get result(): Result {
    const { result } = this.#parts.list;
    if (result) return result;
    throw new Error("Cannot read a live result as it has begun: it has not");
  }

  /**
   * Takes a commit in and gives the result, the same object when nothing in it changed. What
   * throws leaves the last result as it was, and must be started anew.
   */
  advance(changes: Changes): Result {
    const parts = this.#parts;
    const before = this.result;
    let envs: readonly EnvChange[];
    try {
      envs = through(parts, changes.of(parts.tables.data(parts.ast.table)), changes);
    } catch (error) {
      this.keep();
      throw error;
    }
    const affected = parts.includes?.affected(changes) ?? NOBODY;
    if (envs.length === 0 && affected.size === 0) return before;
    const ops = parts.list.advance(envs, affected);
    const { result } = this;
    if (result !== before) {
      parts.steps.push({ ops, commit: changes.commit, from: before, to: result });
    }
    return result;
  }
  /** Makes the last result independent of what is kept. */
  keep(): void {
    void this.#parts.list.result?.known;
  }
}

/** All rows before the window, from the start. */
function allRows(parts: Parts): Env[] {
  const rows: RowChange[] = [];
  parts.source().each(undefined, (env) => {
    // Without joins an Env is a row.
    const row = env as StoredRow;
    return rows.push(coming(keyIn(parts.ast.table.key, row), row)) > 0;
  });
  return through(parts, rows, undefined).flatMap(({ after }) => after ? [after] : []);
}
