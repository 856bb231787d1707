import { kindOf, placeName } from "./accept.ts";
import { DataError, quote } from "./errors.ts";
import { IncrementBy } from "./increment.ts";
import { checkSizes } from "./key.ts";
import { runValidator } from "./standard.ts";
import type { ColumnDef, TableDef } from "./table.ts";

/** A row while it is made. */
export type DraftRow = Record<string, unknown>;
type AnyRow = Readonly<DraftRow>;

/**
 * The value of a column as it is stored: accepted by its type, its enum, its validator, its checks.
 *
 * @throws {TypeError} When the value has the wrong type.
 * @throws {RangeError} When it is out of range, or none of the enum's.
 * @throws {DataError} With code `"constraint"` and the rule `null`, `check` or `validate`.
 */
export function acceptValue(column: ColumnDef, value: unknown): unknown {
  const { spec } = column;
  if (value === null) {
    if (spec.nullable) return null;
    throw constraint(column, "null", "it is never null", "got null");
  }
  if (spec.standard) value = runValidator(spec.standard, value, column.table, [column.name]);
  const accepted = column.accept(value, column);
  if (spec.values?.has(accepted) === false) {
    throw new RangeError(
      `Cannot take ${placeName(column)} as it is an enum: got none of its values`,
    );
  }
  if (spec.checks?.every((check) => holds(column, check(accepted))) === false) {
    throw constraint(column, "check", "its check must hold", "it does not");
  }
  return accepted;
}

/** @throws {TypeError} When a check gave a promise, which is true whatever comes of it. */
function holds(column: ColumnDef, answer: unknown): boolean {
  if (!(answer instanceof Promise)) return Boolean(answer);
  answer.catch(() => {}); // nobody asks any more
  throw new TypeError(`Cannot check ${placeName(column)} as checks answer at once: got a promise`);
}

function constraint(
  column: ColumnDef,
  rule: "null" | "check",
  what: string,
  state: string,
): DataError {
  return new DataError("constraint", `Cannot write ${placeName(column)} as ${what}: ${state}`, {
    ...(column.table !== "" && { table: column.table }), // a value of the schema has none
    columns: [column.name],
    rule,
  });
}

/** The value that a column has when an insert leaves it out; undefined when it has none. */
function missingValue(def: TableDef, column: ColumnDef, fresh: () => string): unknown {
  const { spec } = column;
  const value = typeof spec.default === "function"
    ? spec.default()
    : spec.default ?? spec.onUpdate?.();
  if (value !== undefined) return value;
  if (spec.nullable) return null;
  return spec.key && spec.type === "text" && !spec.values && !def.compound ? fresh() : undefined;
}

function given(column: ColumnDef, input: AnyRow): unknown {
  return column.shadowed && !Object.hasOwn(input, column.name) ? undefined : input[column.name];
}

function checkObject(def: TableDef, input: unknown, what: string): asserts input is AnyRow {
  if (
    typeof input !== "object" || input === null || Array.isArray(input) ||
    "then" in input && typeof input.then === "function" // a promise that was not awaited has no columns
  ) {
    throw new TypeError(
      `Cannot write ${quote(def.name)} as ${what} is an object: got ${kindOf(input)}`,
    );
  }
}

/** Refuses a property that no column has; `found` of them are known to have one. */
function checkNames(def: TableDef, input: AnyRow, found: number): void {
  let count = 0;
  for (const _ in input) count++;
  if (count !== found) {
    for (const name of Object.keys(input)) def.column(name, "write");
  }
}

function finish(def: TableDef, row: DraftRow, sized = true): AnyRow {
  if (sized) checkSizes(def, row);
  // A copy, as some validators change what they are given.
  if (def.validate) runValidator(def.validate, { ...row }, def.name, []);
  return row;
}

/**
 * The whole row that an insert gives: copied, with defaults for what is left out.
 *
 * `fresh` gives the UUIDv7 of a text key that is left out.
 *
 * @throws {TypeError} When a column is unknown, missing or has a value of the wrong type.
 * @throws {RangeError} When a value is out of range or a key too long.
 * @throws {DataError} With code `"constraint"` and the rule.
 */
export function newRow(def: TableDef, input: unknown, fresh: () => string): AnyRow {
  checkObject(def, input, "a row");
  const row: DraftRow = { ...def.template };
  let found = 0;
  for (const column of def.columns) {
    let value = given(column, input);
    if (value !== undefined) found++;
    else {
      value = missingValue(def, column, fresh);
      if (value === undefined) {
        throw new TypeError(`Cannot insert ${placeName(column)} as it is required: it is missing`);
      }
      if (value === null) continue; // the template's
    }
    row[column.name] = acceptValue(column, value);
  }
  checkNames(def, input, found);
  return finish(def, row);
}

/**
 * What an input gives for columns, of which the caller can change nothing any more: for work that is done
 * later. Whether the values are right is for that to tell.
 *
 * @throws {TypeError} When it is no object, or has a column that the table has not.
 */
export function inputNow(def: TableDef, input: unknown): AnyRow {
  checkObject(def, input, "a row");
  const now: DraftRow = {};
  let found = 0;
  for (const column of def.columns) {
    const value = given(column, input);
    if (value === undefined) continue;
    found++;
    const kept = typeof value === "object" && value !== null ? valueNow(column, value) : value;
    if (column.shadowed) {
      Object.defineProperty(now, column.name, { value: kept, enumerable: true });
    } else now[column.name] = kept;
  }
  checkNames(def, input, found);
  return now;
}

function valueNow(column: ColumnDef, value: object): unknown {
  try {
    return column.accept(value, column);
  } catch {
    return value; // an increment, or wrong
  }
}

/** Text with a unit of 0xD800 or more, which JavaScript's own order puts elsewhere. */
const ASTRAL = /[\ud800-\uffff]/;

/**
 * Tells the text columns of a table what a row holds, as accepting it does, where rows come in that were
 * accepted elsewhere.
 */
export function noteText(def: TableDef, row: AnyRow): void {
  for (const column of def.columns) {
    if (column.type !== "text" || column.astral) continue;
    const value = row[column.name];
    if (typeof value === "string" && ASTRAL.test(value)) column.astral = true;
  }
}

/** The columns that an input gives a value for, in table order. */
export function givenColumns(def: TableDef, input: AnyRow): ColumnDef[] {
  return def.columns.filter((column) => given(column, input) !== undefined);
}

/** The columns that a patch sets, with the values and increments it gives. */
export type Patches = readonly { readonly column: ColumnDef; readonly value: unknown }[];

/**
 * What a patch says, checked once for all rows it goes to; `undefined` leaves a column alone.
 *
 * @throws {TypeError} When it has an unknown column, a key column or a value of the wrong type.
 * @throws {RangeError} When a value is out of range.
 * @throws {DataError} With code `"constraint"` and the rule.
 */
export function readPatch(def: TableDef, input: unknown): Patches {
  checkObject(def, input, "a patch");
  const names = Object.keys(input);
  let given = names;
  for (const name of names) {
    const column = def.column(name, "update");
    if (def.key.includes(column)) {
      throw new TypeError(
        `Cannot update ${placeName(column)} as a key never changes: it is in the patch`,
      );
    }
    if (input[name] === undefined && given === names) {
      given = names.filter((other) => input[other] !== undefined);
    }
  }
  return given.map((name) => {
    const column = def.column(name);
    const value = input[name];
    const by = value instanceof IncrementBy;
    return { column, value: by ? value.checked(column) : acceptValue(column, value) };
  });
}

/**
 * The row that a patch gives, and the columns it writes: those named, then those that `onUpdate` sets.
 *
 * @throws {RangeError} When an increment leaves the range, or a key is too long.
 * @throws {DataError} With code `"constraint"` and the rule.
 */
export function patchRow(
  def: TableDef,
  row: AnyRow,
  patches: Patches,
): { readonly row: AnyRow; readonly columns: readonly string[] } {
  const next: DraftRow = { ...row };
  const columns = patches.map(({ column }) => column.name);
  let sized = false;
  for (const { column, value } of patches) {
    sized ||= column.sized;
    next[column.name] = value instanceof IncrementBy
      ? acceptValue(column, value.added(column, row[column.name]))
      : value;
  }
  for (const column of def.updated) {
    if (columns.includes(column.name)) continue;
    next[column.name] = acceptValue(column, column.spec.onUpdate?.());
    sized ||= column.sized;
    columns.push(column.name);
  }
  return { row: finish(def, next, sized), columns };
}
