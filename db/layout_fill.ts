import { placeName } from "../schema/accept.ts";
import { acceptValue, type DraftRow } from "../schema/row.ts";
import { foldName } from "../schema/names.ts";
import { ColumnDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { placeholder } from "./layout_change.ts";
import type { LayoutEditor } from "./layout_editor.ts";
import { isEmpty, ownRow, PAGE_ROWS, readPage, writeRows } from "./layout_rows.ts";

/** Gives the value of a new column for a row; undefined leaves it to the default. */
export type Fill = (row: StoredRow) => unknown;

/** A default that is computed for each row; `onUpdate` gives one as it does for an insert. */
function computed({ spec }: ColumnDef): (() => unknown) | undefined {
  if (typeof spec.default === "function") {
    return () => Reflect.apply(spec.default as Fill, null, []); // a function, as tested
  }
  return spec.default === undefined ? spec.onUpdate : undefined;
}

/** A copy of a row with one value changed. */
export function withValue(row: StoredRow, name: string, value: unknown): StoredRow {
  const next: DraftRow = { ...row }; // the spread keeps `__proto__` as a property that can be set
  next[name] = value;
  return next;
}

/** Sets one column of all rows, in pages. */
export async function fillColumn(
  editor: LayoutEditor,
  table: string,
  name: string,
  value: (row: StoredRow) => unknown,
): Promise<void> {
  const { setup } = editor;
  const def = editor.def(table);
  let last: StoredRow | undefined;
  for (;;) {
    const before = await readPage(setup, def, last);
    const after = before.map((row) => withValue(row, name, value(row)));
    editor.wrote();
    await writeRows(setup, [{ table: def, kind: "update", columns: [name], before, after }]);
    last = before.at(-1);
    if (before.length < PAGE_ROWS) return;
  }
}

/**
 * Adds a column as it was declared, without its indexes.
 *
 * Rows that are there get what `fill` gives, else the default (one that is a function is called once for
 * each row), else null. Where each row has a value of its own the column is added with one that stands in
 * for all, then the rows are updated in pages.
 *
 * @throws {TypeError} When it is required, rows are there and nothing gives a value.
 */
export async function addFilledColumn(
  editor: LayoutEditor,
  table: string,
  column: ColumnDef,
  fill?: Fill,
): Promise<void> {
  const { spec, name } = column;
  const perRow = computed(column);
  const preset: unknown = perRow ? undefined : spec.default;
  if (!fill && !perRow) {
    const missing = preset === undefined && !spec.nullable;
    if (missing && !await isEmpty(editor.setup, editor.def(table))) throw required(column);
    const value = preset === undefined ? placeholder(column) : acceptValue(column, preset);
    return await editor.addColumn(table, column, value);
  }
  await editor.addColumn(table, column, placeholder(column));
  const def = editor.def(table);
  await fillColumn(editor, table, name, (row) => {
    const value = fill?.(ownRow(def, row, column)) ?? perRow?.() ?? preset ?? null;
    if (value === null && !spec.nullable) throw required(column);
    return acceptValue(column, value);
  });
}

function required(column: ColumnDef): TypeError {
  return new TypeError(
    `Cannot add ${
      placeName(column)
    } as it is required and rows are there: give fill or a default, or make it optional`,
  );
}

/**
 * Makes a column nullable in the engine, which has no change for that: a new column takes over the values,
 * the name and the number. Indexes that use it are dropped, to be made again.
 */
export async function makeOptional(
  editor: LayoutEditor,
  table: string,
  wanted: ColumnDef,
): Promise<void> {
  const { name } = wanted;
  const columns = editor.find(table)?.columns ?? [];
  const stored = columns.find((column) => column.name === name);
  if (!stored) return;
  let other = "optional";
  while (columns.some((column) => foldName(column.name) === other)) other += "_";
  await editor.addColumn(table, new ColumnDef(table, other, wanted.spec, columns.length), null);
  await fillColumn(editor, table, other, (row) => row[name]);
  await editor.dropColumn(table, name);
  await editor.renameColumn(table, other, name);
  editor.setColumn(table, wanted, stored.id);
}
