import { placeName } from "../schema/accept.ts";
import { DataError, quote } from "../schema/errors.ts";
import type { ColumnDef, TableDef } from "../schema/table.ts";
import {
  isCore,
  type StoredColumn,
  type StoredIndex,
  type StoredTable,
  storedTable,
} from "./layout.ts";
import { sameColumns } from "./layout_change.ts";
import type { LayoutEditor } from "./layout_editor.ts";
import { addFilledColumn, makeOptional } from "./layout_fill.ts";

const MIGRATE = "raise the version and write a migration";

/** A difference that only a migration can settle. */
export function refuse(table: string, column: string, rule: string, state: string): DataError {
  const place = column === "" ? quote(table) : placeName({ table, name: column });
  return new DataError("version", `Cannot open ${place} as ${rule}: ${state}`, {
    ...(table !== "" && { table }),
    ...(column !== "" && { columns: [column] }),
  });
}

/** Whether an enum, or any text, takes all that another one took. */
function isWider({ values }: StoredColumn, { spec }: ColumnDef): boolean {
  if (!spec.values) return true;
  return values?.every((value) => spec.values?.has(value)) === true;
}

/** @throws {DataError} When a column that stays can't become what is wanted. */
function checkColumn(stored: StoredColumn, wanted: ColumnDef): void {
  const { table, name } = wanted;
  if (stored.type !== wanted.type) {
    throw refuse(
      table,
      name,
      `it is stored as ${stored.type}`,
      `it is ${wanted.type} now: ${table === "" ? "give it another name" : MIGRATE}`,
    );
  }
  const remedy = table === ""
    ? "give it another name"
    : `${MIGRATE} that adds a column, fills it, drops this one and renames`;
  if (stored.nullable && wanted.spec.nullable !== true) {
    throw refuse(table, name, "what is stored may be null", `it is required now: ${remedy}`);
  }
  if (!isWider(stored, wanted)) {
    throw refuse(table, name, "it stores other values", `its enum has fewer now: ${remedy}`);
  }
}

/** @throws {DataError} When a table that stays has lost columns, or its key has changed. */
function checkTable(stored: StoredTable, def: TableDef): void {
  const { name } = def;
  const key = def.key.map((column) => column.name);
  for (const column of stored.columns) {
    const wanted = def.byName.get(column.name);
    if (!wanted) {
      throw refuse(
        name,
        column.name,
        "columns do not go by themselves",
        `the schema has none of that name: ${MIGRATE} that drops or renames it`,
      );
    }
    checkColumn(column, wanted);
  }
  if (!sameColumns(stored.key, key) || stored.compound !== def.compound) {
    throw refuse(
      name,
      "",
      "a primary key never changes",
      `it is another one now: ${MIGRATE} that moves the rows to a new table`,
    );
  }
  for (const column of def.columns) {
    const { spec } = column;
    if (stored.columns.some((item) => item.name === column.name)) continue;
    if (spec.nullable || spec.default !== undefined || spec.onUpdate) continue;
    throw refuse(
      name,
      column.name,
      "a new column has a value for each row",
      `it is required and has no default: add one, make it optional, or ${MIGRATE} that fills it`,
    );
  }
}

/** Brings the columns and indexes of a table that stays to what is wanted; they have been checked. */
async function alterTable(editor: LayoutEditor, stored: StoredTable, def: TableDef): Promise<void> {
  const { name } = def;
  const wanted = storedTable(def, () => 0).indexes;
  const has = (list: readonly StoredIndex[], index: StoredIndex) =>
    list.some((item) => item.unique === index.unique && sameColumns(item.columns, index.columns));
  for (const index of editor.def(name).indexes) {
    const columns = index.columns.map((column) => column.name);
    if (!has(wanted, { columns, unique: index.unique })) await editor.dropIndex(name, index);
  }
  for (const column of def.columns) {
    const known = stored.columns.find((item) => item.name === column.name);
    if (!known) await addFilledColumn(editor, name, column);
    else if (!known.nullable && column.spec.nullable) {
      await makeOptional(editor, name, column);
    } else editor.setColumn(name, column, known.id);
  }
  for (const index of wanted) {
    if (!has(editor.find(name)?.indexes ?? [], index)) {
      await editor.createIndex(name, index.columns, index.unique);
    }
  }
}

/**
 * Brings the layout to what a schema wants, as far as nothing is lost by it: new tables, new columns that
 * are optional or have a default, other indexes, columns that became optional, enums that got wider, new
 * values. The core's own tables are made when they are missing and left alone otherwise.
 *
 * @throws {DataError} With code `"version"` for any other difference, before anything is changed;
 * `"constraint"` when rows have equal values in a new unique index.
 */
export async function applyDifferences(
  editor: LayoutEditor,
  tables: readonly TableDef[],
  values: Iterable<ColumnDef>,
): Promise<void> {
  const wanted = new Map(tables.map((def) => [def.name, def]));
  const { layout } = editor;
  const columns = [...values];
  for (const { name } of layout.tables) {
    if (isCore(name) || wanted.has(name)) continue;
    throw refuse(
      name,
      "",
      "tables do not go by themselves",
      `the schema has none of that name: ${MIGRATE} that drops or renames it`,
    );
  }
  for (const def of tables) {
    const stored = editor.find(def.name);
    if (stored && !isCore(def.name)) checkTable(stored, def);
    if (!stored && !isCore(def.name)) await checkFree(editor, def.name);
  }
  for (const column of columns) {
    const known = layout.values.find(({ name }) => name === column.name);
    if (known) checkColumn(known, column);
  }
  for (const def of tables) {
    const stored = editor.find(def.name);
    if (!stored) await editor.createTable(def);
    else if (!isCore(def.name)) await alterTable(editor, stored, def);
  }
  for (const column of columns) editor.setValue(column);
}

/** @throws {DataError} With code `"version"` when the database has such a table that is not ours. */
export async function checkFree(editor: LayoutEditor, name: string): Promise<void> {
  const taken = await editor.taken(name);
  if (taken === undefined) return;
  const whose = taken === "ours"
    ? "a table has it but for the case"
    : "a table that others made has it";
  throw refuse(
    name,
    "",
    "a new table has a name of its own",
    `${whose}: choose another, or open with adopt`,
  );
}
