import type { Row } from "../reference/model.ts";
import type { DifferentialSource, LooseSchema } from "./api.ts";
import { encoded } from "./encode.ts";
import { plainKey } from "./pools.ts";
import type { CaseSpec, ChangeSpec } from "./generate.ts";
import { buildTables, type BuiltTable, cellValue, rowOf } from "./schema_spec.ts";

/** Tables and the rows that a source should hold, as the reference keeps them. */
export interface Dataset {
  readonly tables: readonly BuiltTable[];
  readonly schema: LooseSchema;
  readonly data: Map<string, Row[]>;
  readonly shift: number;
  /** Whether tables are small enough to be joined. */
  readonly small: boolean;
}

export function createDataset({ tables: specs, shift, more }: CaseSpec): Dataset {
  const tables = buildTables(specs, shift);
  const data = new Map<string, Row[]>();
  tables.forEach((built, i) => {
    const rows: Row[] = [];
    for (const cells of specs[i]!.rows) {
      const row = rowOf(built, cells);
      if (!collides(built, rows, row)) rows.push(row);
    }
    if (i === 0) { for (let n = 0; n < more; n++) addPlain(built, rows, n); }
    data.set(built.model.name, rows);
  });
  return {
    tables,
    schema: { tables: tables.map(({ table }) => table) },
    data,
    shift,
    small: more === 0,
  };
}

/** Adds row number `n`, with a key of its own and other values that come again and again. */
function addPlain(built: BuiltTable, rows: Row[], n: number): void {
  const row = rowOf(built, built.columns.map((_, i) => (n + 1) * (7 + 4 * i) % 1_009));
  const last = built.columns.findLast(({ key }) => key)!;
  row[last.name] = plainKey(last.type, 300 + (n * 389) % 1_000);
  if (built.uniques.length === 1 || !collides(built, rows, row)) rows.push(row);
}

/** Whether `row` has a key or unique values that another row has. Null never collides. */
function collides(built: BuiltTable, rows: readonly Row[], row: Row): boolean {
  return built.uniques.some((names) => {
    if (names.some((name) => row[name] === null)) return false;
    const key = keyText(names, row);
    return rows.some((other) => other !== row && keyText(names, other) === key);
  });
}

function keyText(names: readonly string[], row: Row): string {
  return JSON.stringify(names.map((name) => encoded(row[name])));
}

export async function fill(source: DifferentialSource, { tables, data }: Dataset): Promise<void> {
  for (const built of tables) {
    const rows = data.get(built.model.name)!;
    await source.insert(built.table, rows.map((row, i) => inputOf(built, row, i)));
  }
}

/**
 * `row` as a user may write it: null is left out or undefined at times, and zero of a real
 * column comes as -0, which the value rules make 0.
 */
function inputOf(built: BuiltTable, row: Row, variant: number): object {
  const entries: [string, unknown][] = [];
  for (const { name, type } of built.columns) {
    const value = row[name];
    if (value === null && variant % 3 === 1) continue;
    if (value === null && variant % 3 === 2) entries.push([name, undefined]);
    else entries.push([name, type === "real" && value === 0 && variant % 2 === 1 ? -0 : value]);
  }
  return Object.fromEntries(entries);
}

/** Makes a change on both sides, unless it would break a key or a unique index. */
export async function change(
  source: DifferentialSource,
  { tables, data }: Dataset,
  spec: ChangeSpec,
): Promise<void> {
  const built = tables[spec.table % tables.length]!;
  const rows = data.get(built.model.name)!;
  if (spec.kind === "insert") {
    const row = rowOf(built, spec.cells);
    if (collides(built, rows, row)) return;
    rows.push(row);
    await source.insert(built.table, [inputOf(built, row, spec.row)]);
    return;
  }
  if (rows.length === 0) return;
  const at = spec.row % rows.length;
  const key = keyOf(built, rows[at]!);
  if (spec.kind === "delete") {
    rows.splice(at, 1);
    await source.delete(built.table, key);
    return;
  }
  const set = built.columns.filter((column, i) => !column.key && (spec.mask >> i) % 2 === 1);
  const patch = set.map((column) =>
    [column.name, cellValue(column, spec.cells[built.columns.indexOf(column)]!)] as const
  );
  const row: Row = Object.create(null);
  for (const name of Object.keys(rows[at]!)) row[name] = rows[at]![name];
  for (const [name, value] of patch) row[name] = value;
  if (collides(built, rows.toSpliced(at, 1), row)) return;
  rows[at] = row;
  await source.update(built.table, key, Object.fromEntries(patch));
}

function keyOf({ compoundKey, model }: BuiltTable, row: Row): unknown {
  const parts = model.primaryKey.map((name) => row[name]);
  return compoundKey ? parts : parts[0];
}
