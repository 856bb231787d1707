import { DataError, quote } from "../schema/errors.ts";
import { checkSizes } from "../schema/key.ts";
import { foldName } from "../schema/names.ts";
import type { DraftRow } from "../schema/row.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { count } from "../query/aggregates.ts";
import { gt, ne } from "../query/operators.ts";
import { tableQuery } from "../query/query.ts";
import type { Effect, Setup } from "./driver.ts";

/** Rows that are in memory at once while all rows of a table are gone through. */
export const PAGE_ROWS = 500;

/** The first rows after `last` in key order; fewer than {@linkcode PAGE_ROWS} where the table ends. */
export async function readPage(
  setup: Setup,
  def: TableDef,
  last: StoredRow | undefined,
): Promise<readonly StoredRow[]> {
  const query = tableQuery(def).after(last).limit(PAGE_ROWS).bound;
  return await setup.ask({ ask: "rows", query });
}

/** Whether a table has no row. */
export async function isEmpty(setup: Setup, def: TableDef): Promise<boolean> {
  const rows = await setup.ask({ ask: "rows", query: tableQuery(def).limit(1).bound });
  return rows.length === 0;
}

/** Writes what some effects do to rows; those without rows are left out. */
export async function writeRows(setup: Setup, effects: readonly Effect[]): Promise<void> {
  const some = effects.filter(({ before, after }) => before.length + after.length > 0);
  if (some.length > 0) await setup.ask({ ask: "write", effects: some });
}

/** Rows that come in. */
export function inserted(table: TableDef, after: readonly StoredRow[]): Effect {
  const columns = table.columns.map(({ name }) => name);
  return { table, kind: "insert", columns, before: [], after };
}

/**
 * A copy of a row for a function of the user, which may change it: dates, bytes and JSON values are its own.
 * Of a column `without` it has nothing.
 */
export function ownRow(def: TableDef, row: StoredRow, without?: ColumnDef): DraftRow {
  const copy: DraftRow = { ...def.template }; // with `__proto__` as a property that can be set
  for (const column of def.columns) {
    const value = row[column.name] ?? null;
    copy[column.name] = typeof value === "object" && value !== null
      ? column.accept(value, column)
      : value;
  }
  if (without) delete copy[without.name];
  return copy;
}

/**
 * Refuses rows that have the same values in `columns`, null apart.
 *
 * @throws {DataError} With code `"constraint"` and the rule `"unique"`.
 */
export async function refuseDuplicates(
  setup: Setup,
  def: TableDef,
  columns: readonly string[],
): Promise<void> {
  let alias = "rows";
  while (columns.some((name) => foldName(name) === alias)) alias += "_";
  const present = Object.fromEntries(columns.map((name) => [name, ne(null)]));
  const query = tableQuery(def).where(present).groupBy(columns, { [alias]: count() })
    .where({ [alias]: gt(1) }).limit(1).bound;
  if ((await setup.ask({ ask: "rows", query })).length === 0) return;
  throw new DataError(
    "constraint",
    `Cannot index ${quote(def.name)} (${
      columns.map(quote).join(", ")
    }) as unique values are there once: rows have the same`,
    { table: def.name, columns, rule: "unique" },
  );
}

/**
 * Refuses rows that are too long for an index; `def` has it.
 *
 * @throws {RangeError} When a row has over 2,000 bytes in the columns of an index.
 */
export async function refuseLong(setup: Setup, def: TableDef, index: IndexDef): Promise<void> {
  // Other types have 8 bytes each, which no index has enough columns for.
  if (def.withKey(index.columns).every(({ type }) => type !== "text" && type !== "bytes")) return;
  let last: StoredRow | undefined;
  for (;;) {
    const page = await readPage(setup, def, last);
    for (const row of page) checkSizes(def, row);
    last = page.at(-1);
    if (page.length < PAGE_ROWS) return;
  }
}
