import { quote } from "../schema/errors.ts";
import { isPlainObject } from "../schema/json_value.ts";
import { keyIn, type MapKey, mapKeyOf } from "../schema/key.ts";
import { type DraftRow, givenColumns, newRow, type Patches, readPatch } from "../schema/row.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { TableData } from "./table_data.ts";
import { replaceRow, taken, type Workspace } from "./write.ts";

const NONE: readonly StoredRow[] = [];

/** What an insert does with a taken key or unique value. */
export type OnConflict =
  | "error"
  | "ignore"
  | { readonly columns: readonly string[]; readonly update: "all" | readonly string[] };

/** A batch of inserts of one statement: one entry of the log that grows. */
class Inserts {
  readonly #rows: StoredRow[] = [];
  constructor(readonly engine: Workspace, readonly data: TableData) {}

  add(key: MapKey, row: StoredRow): void {
    if (this.#rows.length === 0) {
      const { data } = this;
      const columns = data.def.columns.map(({ name }) => name);
      this.engine.log({ data, kind: "insert", columns, before: NONE, after: this.#rows });
    }
    this.data.add(key, row);
    this.#rows.push(row);
  }
}

/**
 * The key or unique index that columns name.
 *
 * @throws {TypeError} When they are neither.
 */
export function conflictTarget(def: TableDef, names: readonly string[]): IndexDef | undefined {
  const columns = names.map((name) => def.column(name));
  const same = (of: readonly ColumnDef[]) =>
    of.length === columns.length && of.every((column) => columns.includes(column));
  if (same(def.key)) return undefined;
  const index = def.indexes.find((item) => item.unique && same(item.columns));
  if (index) return index;
  throw new TypeError(
    `Cannot find a row of ${quote(def.name)} by (${
      names.map(quote).join(", ")
    }) as they are its key or unique: they are not`,
  );
}

/**
 * What `onConflict` says: the unique index by which rows are updated, if it is one.
 *
 * @throws {TypeError} When it is none of what there is.
 */
export function readOnConflict(def: TableDef, onConflict: OnConflict): IndexDef | undefined {
  if (isPlainObject(onConflict)) return conflictTarget(def, onConflict.columns);
  if (onConflict === "error" || onConflict === "ignore") return undefined;
  throw new TypeError(
    `Cannot insert into ${quote(def.name)} as onConflict is error, ignore or columns: got another`,
  );
}

/**
 * Inserts rows, all or none; gives what is in the table for each. `made` has the whole rows of the
 * inputs where they were made before.
 */
export function insertRows(
  engine: Workspace,
  table: unknown,
  inputs: readonly unknown[],
  onConflict: OnConflict | undefined,
  made?: readonly StoredRow[],
): StoredRow[] {
  const data = engine.data(table);
  const { def } = data;
  const conflict = onConflict === undefined ? "error" : onConflict;
  const target = readOnConflict(def, conflict);
  const inserts = new Inserts(engine, data);
  const result: StoredRow[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    const row = made?.[i] ?? newRow(def, input, engine.fresh);
    const key = keyIn(def.key, row);
    if (typeof conflict === "object") {
      const found = target ? data.getUnique(target, keyIn(target.columns, row)) : data.get(key);
      if (found) {
        const patches = conflictPatch(def, conflict.update, target, input, row);
        result.push(replaceRow(engine, data, found, patches));
        continue;
      }
    }
    const other = data.conflict(key, row);
    if (other && conflict !== "ignore") throw taken(def, other.index);
    if (!other) inserts.add(key, row);
    result.push(other?.row ?? row);
  }
  return result;
}

/** What `onConflict.update` sets: columns of the new row, never of a key. */
function conflictPatch(
  def: TableDef,
  update: "all" | readonly string[],
  target: IndexDef | undefined,
  input: unknown,
  row: StoredRow,
): Patches {
  const columns = update === "all"
    // newRow() has made sure that the input is an object.
    ? givenColumns(def, input as StoredRow).filter((column) =>
      !def.key.includes(column) && !target?.columns.includes(column)
    )
    : update.map((name) => def.column(name, "update"));
  const key = columns.find((column) => def.key.includes(column));
  if (key) {
    throw new TypeError(
      `Cannot update ${quote(def.name)}.${
        quote(key.name)
      } as a key never changes: it is in the list`,
    );
  }
  return columns.map((column) => ({ column, value: row[column.name] }));
}

/** Updates the given columns of the row with that key, or the unique columns in `on`; else inserts. */
export function upsertRows(
  engine: Workspace,
  table: unknown,
  inputs: readonly unknown[],
  on: readonly string[] | undefined,
): StoredRow[] {
  const data = engine.data(table);
  const { def } = data;
  const target = on && conflictTarget(def, on);
  const columns = target?.columns ?? def.key;
  const inserts = new Inserts(engine, data);
  return Array.from(inputs, (input) => {
    const values = isRow(input) ? givenValues(columns, input) : undefined;
    const at = values && mapKeyOf(values);
    const found = at === undefined ? undefined : target ? data.getUnique(target, at) : data.get(at);
    if (found && isRow(input)) {
      const patch: DraftRow = {};
      for (const column of givenColumns(def, input)) {
        if (!def.key.includes(column)) {
          Object.defineProperty(patch, column.name, {
            value: input[column.name],
            enumerable: true,
          });
        }
      }
      const unknown = Object.keys(input).find((name) => !def.byName.has(name));
      if (unknown !== undefined) def.column(unknown, "write");
      return replaceRow(engine, data, found, readPatch(def, patch));
    }
    const row = newRow(def, input, engine.fresh);
    const key = keyIn(def.key, row);
    const other = data.conflict(key, row);
    if (other) throw taken(def, other.index);
    inserts.add(key, row);
    return row;
  });
}

function isRow(input: unknown): input is StoredRow {
  return typeof input === "object" && input !== null;
}

/**
 * The values that an input has for some key or unique columns; undefined when one is left out.
 *
 * @throws {TypeError} When a value has the wrong type.
 * @throws {RangeError} When it is out of range.
 */
export function givenValues(
  columns: readonly ColumnDef[],
  input: StoredRow,
): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const column of columns) {
    const value = Object.hasOwn(input, column.name) ? input[column.name] : undefined;
    if (value === undefined || value === null) return undefined;
    values.push(column.accept(value, column));
  }
  return values;
}

/** Puts a whole row in, with defaults for what is left out; `made` is that row where it was made before. */
export function replaceWhole(
  engine: Workspace,
  table: unknown,
  input: unknown,
  made?: StoredRow,
): StoredRow {
  const data = engine.data(table);
  const { def } = data;
  const row = made ?? newRow(def, input, engine.fresh);
  const key = keyIn(def.key, row);
  const before = data.get(key);
  const other = data.collision(row, before);
  if (other) throw taken(def, other.index);
  const columns = def.columns.filter((column) => !before || !def.key.includes(column)).map((
    { name },
  ) => name);
  engine.apply({
    data,
    kind: before ? "update" : "insert",
    columns,
    before: before ? [before] : NONE,
    after: [row],
  });
  return row;
}
