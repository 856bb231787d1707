import { DataError, quote } from "../schema/errors.ts";
import { userKey } from "../schema/key.ts";
import { type Patches, patchRow, readPatch } from "../schema/row.ts";
import type { IndexDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast } from "../query/ast.ts";
import { predicate } from "../query/predicate.ts";
import { queryValue, tableQuery } from "../query/query.ts";
import type { Entry, RowEntry } from "./commit.ts";
import { runQuery } from "./run.ts";
import { existsIn } from "./stage.ts";
import type { TableData } from "./table_data.ts";

const NONE: readonly StoredRow[] = [];

/** Where verbs work: an engine, or rows that were fetched for one verb. */
export interface Workspace {
  /** The rows of a table. */
  data(table: unknown): TableData;
  /** Gives UUIDv7s. */
  readonly fresh: () => string;
  /** Makes a write to rows and logs it. */
  apply(entry: RowEntry): void;
  /** Logs a write that was made. */
  log(entry: Entry): void;
}

/** The error of a taken key, or of a unique index whose values are taken. */
export function taken(def: TableDef, index: IndexDef | undefined): DataError {
  const columns = (index?.columns ?? def.key).map(({ name }) => name);
  const rule = index ? "unique" : "key";
  return new DataError(
    "constraint",
    `Cannot write ${quote(def.name)} (${
      columns.map(quote).join(", ")
    }) as ${rule} values are there once: they are taken`,
    { table: def.name, columns, rule },
  );
}

/** Patches one row that is there. */
export function replaceRow(
  engine: Workspace,
  data: TableData,
  row: StoredRow,
  patches: Patches,
): StoredRow {
  const { row: next, columns } = patchRow(data.def, row, patches);
  if (columns.length === 0) return row;
  const other = data.collision(next, row);
  if (other) throw taken(data.def, other.index);
  engine.apply({ data, kind: "update", columns, before: [row], after: [next] });
  return next;
}

/** What the `if` of a write asks for. */
export function ifAst(def: TableDef, condition: unknown): Ast | undefined {
  return condition === undefined ? undefined : whereAst(def, condition);
}

/**
 * Tests what the `if` of a write asks for.
 *
 * @throws {DataError} With code `"conflict"` when the row does not match.
 */
export function checkIf(
  engine: Workspace,
  def: TableDef,
  row: StoredRow,
  ast: Ast | undefined,
): void {
  if (!ast) return;
  const [step] = ast.steps;
  if (step?.kind === "where" && predicate(step.cond, false, existsIn(engine, false))(row)) return;
  throw unmatched(def);
}

/** The error of a compare-and-set whose row does not match. */
export function unmatched(def: TableDef): DataError {
  return new DataError(
    "conflict",
    `Cannot write ${quote(def.name)} as the row matches the condition: it does not`,
    { table: def.name, committed: "no" },
  );
}

/** What a patch says, or of a function what it will say of a row. */
export type PatchSource = Patches | ((row: StoredRow) => Patches);

/** Reads a patch, or what a function gives for one when it is called. */
export function patchSource(def: TableDef, patch: unknown): PatchSource {
  return typeof patch === "function" ? (row) => readPatch(def, patch(row)) : readPatch(def, patch);
}

/** Patches the row with a key; undefined when there is none. */
export function updateRow(
  engine: Workspace,
  table: unknown,
  key: unknown,
  patch: unknown,
  condition: unknown,
): StoredRow | undefined {
  const data = engine.data(table);
  const { def } = data;
  const source = patchSource(def, patch);
  const wanted = ifAst(def, condition);
  const row = data.get(userKey(def, key));
  if (!row) return undefined;
  checkIf(engine, def, row, wanted);
  return replaceRow(engine, data, row, typeof source === "function" ? source(row) : source);
}

/** Deletes the row with a key; false when there is none. */
export function deleteRow(
  engine: Workspace,
  table: unknown,
  key: unknown,
  condition: unknown,
): boolean {
  const data = engine.data(table);
  const { def } = data;
  const at = userKey(def, key);
  const wanted = ifAst(def, condition);
  const row = data.get(at);
  if (!row) return false;
  checkIf(engine, def, row, wanted);
  engine.apply({ data, kind: "delete", columns: [], before: [row], after: NONE });
  return true;
}

/** All rows of a table that match; a param in the condition is missing, as nothing fills it. */
export function whereAst(def: TableDef, where: unknown): Ast {
  return tableQuery(def).where(where).bound;
}

/** Patches rows that are there, all or none; unique values may be exchanged among them. */
export function patchAll(
  engine: Workspace,
  data: TableData,
  rows: readonly StoredRow[],
  patches: Patches,
): readonly StoredRow[] {
  const patched = rows.map((row) => patchRow(data.def, row, patches));
  const columns = patched[0]?.columns ?? [];
  if (columns.length === 0) return rows;
  const after = patched.map(({ row }) => row);
  const index = data.collisionAmong(rows, after);
  if (index) throw taken(data.def, index);
  engine.apply({ data, kind: "update", columns, before: rows, after });
  return after;
}

/** Patches all rows that match; gives their number. */
export function updateWhere(
  engine: Workspace,
  table: unknown,
  where: unknown,
  patch: unknown,
): number {
  const data = engine.data(table);
  const patches = readPatch(data.def, patch);
  const rows = runQuery(engine, whereAst(data.def, where));
  return rows.length === 0 ? 0 : patchAll(engine, data, rows, patches).length;
}

/** Deletes all rows that match; gives their number. */
export function deleteWhere(engine: Workspace, table: unknown, where: unknown): number {
  const data = engine.data(table);
  const before = runQuery(engine, whereAst(data.def, where));
  if (before.length > 0) engine.apply({ data, kind: "delete", columns: [], before, after: NONE });
  return before.length;
}

/**
 * What a claim asks for.
 *
 * @throws {TypeError} When the query gives other rows than those of its table.
 */
export function claimAst(query: unknown): Ast {
  const ast = queryValue(query).bound;
  if (!ast.select && ast.steps.every(({ kind }) => kind === "where")) return ast;
  throw new TypeError(
    `Cannot claim from ${
      quote(ast.table.name)
    } as a claim takes rows of one table: the query has other rows`,
  );
}

/** Patches the first rows of a query and gives them as they are then, in the query's order. */
export function claimRows(engine: Workspace, query: unknown, patch: unknown): readonly StoredRow[] {
  const ast = claimAst(query);
  const data = engine.data(ast.table);
  const patches = readPatch(data.def, patch);
  const rows = runQuery(engine, ast);
  return rows.length === 0 ? rows : patchAll(engine, data, rows, patches);
}
