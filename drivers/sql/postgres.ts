import type { ColumnType } from "../../schema/compare.ts";
import type { TableDef } from "../../schema/table.ts";
import { utf8Length } from "../../schema/names.ts";
import type { TextOp } from "../../query/ast.ts";
import { hashText } from "../../query/hash.ts";
import type { Dialect, Pattern } from "./dialect.ts";
import { postgresExplain } from "./postgres_explain.ts";
import { postgresJson, scalarKey } from "./postgres_json.ts";
import { noticeStrangers } from "./postgres_log.ts";
import { bytesText, dateText } from "./postgres_text.ts";
import { castColumn, CASTS, type ForeignTypes, INPUTS, TYPES } from "./postgres_types.ts";

const EMPTY: Record<ColumnType, string> = {
  text: "''",
  integer: "0",
  bigint: "0",
  real: "0",
  boolean: "FALSE",
  date: "'epoch'",
  bytes: "''",
  json: "'null'",
};

/** PostgreSQL cuts longer names off. */
const MAX_NAME_BYTES = 63;
/** What no integer column of ours holds. */
const NO_INTEGER = -(2n ** 63n);

/** @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name of ours that says what it is of, as far as there is room. */
function ownName(kind: string, of: string): string {
  const name = `strata_${kind}.${of}`;
  return utf8Length(name) <= MAX_NAME_BYTES ? name : `strata_${kind}.${hashText(of)}`;
}

function keyName({ name }: TableDef): string {
  return ownName("key", name);
}

function pattern(op: TextOp, operand: string): Pattern {
  if (op === "contains") return { value: operand, exact: true };
  if (op === "like") {
    // A last backslash stands for itself.
    const odd = (/\\*$/.exec(operand)?.[0].length ?? 0) % 2 === 1;
    return { value: odd ? `${operand}\\` : operand, exact: true };
  }
  const text = operand.replace(/[\\%_]/g, "\\$&");
  return { value: op === "startsWith" ? `${text}%` : `%${text}`, exact: true };
}

function bind(type: ColumnType, value: unknown): unknown {
  if (type === "json") return scalarKey(value);
  return value instanceof Date ? dateText(value) : value;
}

function arrayItem(value: unknown): string {
  if (value === null) return "NULL";
  const text = value instanceof Uint8Array ? bytesText(value) : String(value);
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Fails when it is evaluated: no text that begins so is a number. */
function fail(sql: string): string {
  return `('!' || ${sql})::smallint`;
}

/**
 * PostgreSQL, from 15 on. `foreign` are the columns whose types are not ours, but for those that do the
 * same as they are.
 */
export function postgresDialect(foreign: ForeignTypes = new Map()): Dialect {
  return {
    name: "postgres",
    tableOptions: "",
    noLimit: "4611686018427387903",
    lateral: true,
    tellsNumbers: true,
    json: postgresJson,
    explain: postgresExplain,
    quote,
    limit: (mark) => mark,
    mark(n, type, bound) {
      if (type === undefined) return `$${n}`;
      // A column of whole numbers may be compared with any number.
      const whole = type !== "integer" || typeof bound !== "number" || Number.isSafeInteger(bound);
      return `$${n}::${CASTS[whole ? type : "real"]}`;
    },
    markFor: (n, def, { name, type }) =>
      `$${n}::${foreign.get(def.name)?.get(name)?.replace(/ ".*"$/, "") ?? INPUTS[type]}`,
    column(alias, name, def) {
      const sql = `${alias}.${quote(name)}`;
      const declared = def && foreign.get(def.name)?.get(name);
      const type = def?.byName.get(name)?.type;
      return declared === undefined || type === undefined ? sql : castColumn(sql, type, declared);
    },
    derived: (name) => ` AS ${name}`,
    columnType: (type) => type === "text" ? `${TYPES.text} COLLATE "C"` : TYPES[type],
    empty: (type) => EMPTY[type],
    primaryKey: (def, columns) => `CONSTRAINT ${quote(keyName(def))} PRIMARY KEY (${columns})`,
    // What others write into our own tables is none of anybody's.
    created: ({ name }) => name.startsWith("strata_") ? [] : [noticeStrangers(quote(name))],
    renamed: (from, to) => [
      `ALTER INDEX IF EXISTS ${quote(keyName(from))} RENAME TO ${quote(keyName(to))}`,
    ],
    indexed: (column, nullable) => nullable ? `${column} NULLS FIRST` : column,
    indexName: (def, index) =>
      ownName(index.unique ? "unique" : "index", `${def.name}.${index.name}`),
    bind,
    bindItem: (type, value) =>
      type === "integer" && !Number.isSafeInteger(value) ? NO_INTEGER : bind(type, value),
    result: (type, sql) => type === "date" ? `floor(extract(epoch from ${sql}) * 1000)` : sql,
    same: (a, b, negated) => `${a} IS ${negated ? "" : "NOT "}DISTINCT FROM ${b}`,
    // What is never null has its place in an index either way.
    order: (sql, desc, nullable) =>
      `${sql}${desc ? " DESC" : ""}${nullable ? desc ? " NULLS LAST" : " NULLS FIRST" : ""}`,
    pattern,
    matches: (op, sql, mark) =>
      op === "contains" ? `strpos(${sql}, ${mark}) > 0` : `${sql} LIKE ${mark} ESCAPE E'\\\\'`,
    relates(op, sql, part) {
      if (op === "contains") return `strpos(${sql}, ${part}) > 0`;
      if (op === "startsWith") return `starts_with(${sql}, ${part})`;
      return `right(${sql}, length(${part})) = ${part}`;
    },
    list: (_, values) => `{${values.map(arrayItem).join()}}`,
    columnLists: (def) =>
      foreign.has(def.name)
        ? undefined
        : `unnest(${def.columns.map(({ type }, i) => `$${i + 1}::${INPUTS[type]}[]`).join()})`,
    inList: (type, sql, mark) => `${sql} = ANY(${mark}::${CASTS[type]}[])`,
    extreme(fn, sql, type) {
      if (type === "boolean") return `${fn === "min" ? "bool_and" : "bool_or"}(${sql})`;
      // Two digits a byte have the order of bytes.
      return type === "bytes"
        ? `decode(${fn}(encode(${sql}, 'hex') COLLATE "C"), 'hex')`
        : `${fn}(${sql})`;
    },
    finite: (sql, count) =>
      `CASE WHEN abs(${sql}) <= 1.7976931348623157e308 OR ${count} = 0 THEN ${sql} ` +
      `ELSE ${fail(count)} END`,
    // A sum of these is as long as it has to be.
    whole: (sql, safe) =>
      safe
        ? `CASE WHEN ${sql} IS NULL OR ${sql} BETWEEN -9007199254740991 AND 9007199254740991 ` +
          `THEN (${sql})::bigint ELSE ${fail(sql)} END`
        : sql,
    wholeMean: (sql) =>
      `CASE WHEN count(${sql}) = 0 THEN NULL WHEN ` +
      `sum(${sql}) BETWEEN -9007199254740992 AND 9007199254740992 ` +
      `THEN sum(${sql})::float8 / count(${sql})::float8 ELSE ${fail(`count(${sql})`)} END`,
    infinite: (sql) => `abs(${sql}) > 1.7976931348623157e308`,
    fail,
  };
}
