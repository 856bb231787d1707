import type { ColumnType } from "../schema/compare.ts";
import type { ColumnDef, IndexDef, TableDef } from "../schema/table.ts";
import { quote } from "../schema/errors.ts";
import type { FoundTable } from "./driver.ts";
import { isCore } from "./layout.ts";
import { sameColumns } from "./layout_change.ts";

/** A difference between what an engine has and a schema. */
export interface Problem {
  readonly table: string;
  readonly problem: string;
}

type FoundColumn = FoundTable["columns"][number];

/** How SQLite keeps what is put into a column, by its declared type. */
type Affinity = "integer" | "text" | "blob" | "real" | "numeric";

/** @see https://www.sqlite.org/datatype3.html, section 3.1: the first rule that fits counts. */
function affinityOf(type: string): Affinity {
  const name = type.toUpperCase();
  if (name.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(name)) return "text";
  if (name === "" || name === "ANY" || name.includes("BLOB")) return "blob";
  return /REAL|FLOA|DOUB/.test(name) ? "real" : "numeric";
}

const WHOLE: readonly Affinity[] = ["integer", "numeric"];
const TEXT: readonly Affinity[] = ["text", "blob"];
/** Where SQLite gives back what was put in, and not something that it turned it into. */
const KEEPS: Record<ColumnType, readonly Affinity[]> = {
  integer: WHOLE,
  bigint: WHOLE,
  boolean: WHOLE,
  date: WHOLE,
  real: ["real", "numeric"],
  text: TEXT,
  json: TEXT,
  bytes: ["blob"],
};

const NUMBERS = /^(?:bigint|integer|smallint|numeric(?:\(.*\))?)$/;
/** The types of PostgreSQL that keep every value of ours, or as many as others meant them to. */
const POSTGRES: Record<ColumnType, RegExp> = {
  integer: NUMBERS,
  bigint: NUMBERS,
  boolean: /^boolean$/,
  date: /^(?:timestamp.*|date)$/,
  real: /^(?:double precision|real|numeric(?:\(.*\))?)$/,
  text: /^(?:text|character varying.*|uuid)$/,
  json: /^(?:json|jsonb|text)$/,
  bytes: /^bytea$/,
};

/** Whether a column of this declared type can hold the values of ours. */
function keeps(driver: string, type: ColumnType, declared: string): boolean {
  if (driver === "postgres") return POSTGRES[type].test(declared);
  // What the other engines tell is what was declared by us.
  if (!/^(sqlite|libsql)/.test(driver)) return declared === type;
  // Times are often text in columns that are declared as DATETIME: it does not look like a number.
  if (type === "text" && /DATE|TIME/i.test(declared)) return true;
  return KEEPS[type].includes(affinityOf(declared));
}

function columnProblems(driver: string, wanted: ColumnDef, found: FoundColumn): string[] {
  const { name, type, spec } = wanted;
  const problems: string[] = [];
  if (!keeps(driver, type, found.type)) {
    problems.push(
      `the column ${quote(name)} is ${found.type || "of no type"}, which does not keep ${type}`,
    );
  }
  // A key is never null, whatever was declared.
  if (found.key > 0) return problems;
  if (found.nullable && !spec.nullable) {
    problems.push(`the column ${quote(name)} may be null, and is required in the schema`);
  }
  if (!found.nullable && spec.nullable) {
    problems.push(`the column ${quote(name)} is never null, and optional in the schema`);
  }
  return problems;
}

function keyOf({ columns }: FoundTable): string[] {
  return columns.filter(({ key }) => key > 0).sort((a, b) => a.key - b.key)
    .map(({ name }) => name);
}

/** Whether some index of the engine does what one of the schema is for. */
function serves(found: FoundTable, { columns, unique }: IndexDef): boolean {
  const names = columns.map(({ name }) => name);
  const begins = (list: readonly string[]) => sameColumns(list.slice(0, names.length), names);
  const key = keyOf(found);
  if (!unique) return begins(key) || found.indexes.some((index) => begins(index.columns));
  const same = (list: readonly string[]) =>
    list.length === names.length && names.every((name) => list.includes(name));
  return same(key) || found.indexes.some((index) => index.unique && same(index.columns));
}

function tableProblems(driver: string, def: TableDef, found: FoundTable): string[] {
  const problems: string[] = [];
  const columns = new Map(found.columns.map((column) => [column.name, column]));
  for (const column of def.columns) {
    const there = columns.get(column.name);
    if (there) problems.push(...columnProblems(driver, column, there));
    else problems.push(`the column ${quote(column.name)} is missing`);
  }
  for (const { name, nullable, key } of found.columns) {
    if (def.byName.has(name) || nullable || key > 0) continue;
    problems.push(
      `the column ${quote(name)} is never null and not in the schema: inserts need its default`,
    );
  }
  const key = keyOf(found);
  if (!sameColumns(key, def.key.map(({ name }) => name))) {
    const list = key.map(quote).join(", ") || "none";
    problems.push(`the primary key is another one than in the schema: ${list}`);
  }
  for (const index of def.indexes) {
    if (serves(found, index)) continue;
    const list = index.columns.map(({ name }) => quote(name)).join(", ");
    problems.push(`there is no ${index.unique ? "unique " : ""}index over ${list}`);
  }
  return problems;
}

/**
 * What differs between the tables that an engine has and those of a schema, as `Database.check` gives it:
 * missing tables, columns and indexes, columns that inserts don't know of, types that don't keep the values,
 * null where there should be none, other keys. Empty when all is well; the core's own tables are left out.
 *
 * `driver` is its name: for SQLite types count by affinity, for PostgreSQL several do for each of ours, so tables that others made can be right too.
 */
export function differences(
  driver: string,
  tables: readonly TableDef[],
  found: readonly FoundTable[],
): Problem[] {
  const byName = new Map(found.map((table) => [table.name, table]));
  return tables.filter(({ name }) => !isCore(name)).flatMap((def) => {
    const there = byName.get(def.name);
    const problems = there ? tableProblems(driver, def, there) : ["the table is missing"];
    return problems.map((problem) => ({ table: def.name, problem }));
  });
}
