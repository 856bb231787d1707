/**
 * What is in tables that others made may be of any type, whatever their columns say. What is no value of the
 * schema's type is an error then, and never a row that its type lies about.
 *
 * @module
 */
import { kindOf, placeName } from "../schema/accept.ts";
import type { ColumnType } from "../schema/compare.ts";
import { DataError, quote } from "../schema/errors.ts";
import type { TableDef } from "../schema/table.ts";
import { tableUses } from "../query/table_uses.ts";
import type { Ast, Ref } from "../query/ast.ts";
import type { Answer, Request } from "./driver.ts";

type Test = (value: unknown) => boolean;

const TESTS: Record<ColumnType, Test> = {
  text: (value) => typeof value === "string",
  integer: Number.isSafeInteger,
  real: (value) => typeof value === "number",
  bigint: (value) => typeof value === "bigint",
  boolean: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  bytes: (value) => value instanceof Uint8Array,
  json: () => true,
};

/** A value of a result: the names that lead to it, and what it is of. */
interface Place {
  readonly names: readonly string[];
  readonly ref: Ref;
}

/** The places of a query's rows, and what its includes give. */
interface Places {
  readonly values: readonly Place[];
  readonly children: readonly { readonly names: readonly string[]; readonly places: Places }[];
}

const PLACES = new WeakMap<Ast["shape"], Places>();

function placesOf(ast: Ast): Places {
  const whole = ast.select ? undefined : PLACES.get(ast.shape);
  if (whole) return whole;
  const values: Place[] = [];
  const children: { names: readonly string[]; places: Places }[] = [];
  const add = (names: readonly string[], ref: Ref, fields: Ast["shape"]["fields"] | undefined) => {
    if (ref.type === "rows") {
      const step = ast.steps.find((item) => item.kind === "include" && item.as === ref.path);
      if (step?.kind === "include") children.push({ names, places: placesOf(step.query) });
    } else if (ref.type !== "row") {
      if (ref.json.length === 0) values.push({ names, ref });
    } else for (const [name, field] of fields ?? []) add([...names, name], field.ref, field.fields);
  };
  if (ast.select) {
    for (const { ref, to } of ast.select) {
      let { fields } = ast.shape;
      if (ref.type === "row") {
        for (const name of ref.path.split(".")) fields = fields.get(name)?.fields ?? fields;
      }
      add(to, ref, fields);
    }
  } else {
    for (const [name, field] of ast.shape.fields) add([name], field.ref, field.fields);
  }
  const places = { values, children };
  if (!ast.select) PLACES.set(ast.shape, places);
  return places;
}

function valueAt(row: unknown, names: readonly string[]): unknown {
  let value = row;
  for (const name of names) {
    if (typeof value !== "object" || value === null) return null;
    value = Reflect.get(value, name);
  }
  return value;
}

function checkRows(rows: readonly unknown[], { values, children }: Places): void {
  for (const row of rows) {
    for (const { names, ref } of values) {
      const value = valueAt(row, names);
      const test = ref.type === "row" || ref.type === "rows" ? undefined : TESTS[ref.type];
      if (value !== null && value !== undefined && test?.(value) === false) throw wrong(ref, value);
    }
    for (const { names, places } of children) {
      const rows = valueAt(row, names);
      if (Array.isArray(rows)) checkRows(rows, places);
    }
  }
}

function checkKeys(def: TableDef, rows: readonly unknown[]): void {
  for (const row of rows) {
    if (row === undefined) continue;
    for (const column of def.key) {
      if (valueAt(row, [column.name]) !== null) continue;
      throw corrupt(placeName(column), "a key is never null", "got null", def.name, column.name);
    }
  }
}

/**
 * Refuses an answer with what is no value of the schema.
 *
 * @throws {DataError} With code `"corrupt"`, the table and the column.
 */
export function checkAnswer(request: Request, answer: Answer): void {
  if (!Array.isArray(answer)) return;
  const rows: readonly unknown[] = answer;
  if (request.ask === "rows") {
    const { query } = request;
    checkRows(rows, placesOf(query));
    if (!query.select && query.steps.every(({ kind }) => kind !== "group")) {
      checkKeys(query.table, rows);
    }
  } else if (request.ask === "keys" || request.ask === "match") {
    const { table } = request;
    for (const row of rows) if (row !== undefined) checkCells(table, row);
    checkKeys(table, rows);
  }
}

function checkCells(def: TableDef, row: unknown): void {
  for (const column of def.columns) {
    const value = valueAt(row, [column.name]);
    if (value === null || TESTS[column.type](value)) continue;
    throw corrupt(
      placeName(column),
      `it holds ${column.type}`,
      stateOf(value),
      def.name,
      column.name,
    );
  }
}

function stateOf(value: unknown): string {
  if (value instanceof Date) return "got an invalid date";
  return `got ${typeof value === "number" ? "a fraction or a larger number" : kindOf(value)}`;
}

function wrong({ path, type, column }: Ref, value: unknown): DataError {
  const place = column ? placeName(column) : quote(path);
  return corrupt(place, `it holds ${type}`, stateOf(value), column?.table, column?.name);
}

function corrupt(
  place: string,
  rule: string,
  state: string,
  table: string | undefined,
  column: string | undefined,
): DataError {
  return new DataError("corrupt", `Cannot read ${place} as ${rule}: ${state}`, {
    ...(table !== undefined && { table }),
    ...(column !== undefined && { columns: [column] }),
  });
}

/** The error of a value that the driver could not decode, without the value. */
export function misread(request: Request, error: unknown): unknown {
  if (!(error instanceof SyntaxError) || request.ask === "write" || request.ask === "known") {
    return error;
  }
  const tables = "query" in request ? tableUses(request.query) : [request.table];
  const [table] = tables;
  const one = table && tables.every((other) => other === table) ? table.name : undefined;
  const place = one === undefined ? "rows" : quote(one);
  return new DataError(
    "corrupt",
    `Cannot read ${place} as columns hold what the schema says: a value is malformed`,
    one === undefined ? {} : { table: one },
  );
}
