import type { ColumnType } from "../../schema/compare.ts";
import { utf8Length } from "../../schema/names.ts";
import type { TextOp } from "../../query/ast.ts";
import type { Dialect, Pattern } from "./dialect.ts";
import { NO_BYTES } from "./no_bytes.ts";
import { sqliteExplain } from "./sqlite_explain.ts";
import { sqliteJson } from "./sqlite_json.ts";

const TYPES: Record<ColumnType, string> = {
  text: "TEXT",
  integer: "INTEGER",
  bigint: "INTEGER",
  real: "REAL",
  boolean: "INTEGER",
  date: "INTEGER",
  bytes: "BLOB",
  json: "TEXT",
};

const EMPTY: Record<ColumnType, string> = {
  text: "''",
  integer: "0",
  bigint: "0",
  real: "0.0",
  boolean: "0",
  date: "0",
  bytes: "x''",
  json: "'null'",
};

/** SQLite refuses longer patterns. */
const MAX_PATTERN_BYTES = 50_000;
/** GLOB reads U+FFFE and U+FFFF as U+FFFD, so a pattern with one of them matches the others too. */
const CONFUSED = /[\uFFFD-\uFFFF]/;

/** Text of `LIKE` as text of `GLOB`, or a literal as one. */
function globOf(text: string, like: boolean): string {
  let glob = "";
  let literal = !like;
  for (const char of text) {
    if (!literal && char === "\\") {
      literal = true;
      continue;
    }
    const wild = !literal && (char === "%" ? "*" : char === "_" ? "?" : "");
    glob += wild || (char === "*" || char === "?" || char === "[" ? `[${char}]` : char);
    literal = !like;
  }
  return like && literal ? glob + "\\" : glob; // a last backslash stands for itself
}

function pattern(op: TextOp, operand: string): Pattern | undefined {
  if (op === "contains") return { value: operand, exact: true };
  const glob = globOf(operand, op === "like");
  const value = op === "startsWith" ? `${glob}*` : op === "endsWith" ? `*${glob}` : glob;
  if (utf8Length(value) >= MAX_PATTERN_BYTES) return undefined;
  return { value, exact: !CONFUSED.test(operand) };
}

/** Numbers as JSON that SQLite reads as the same number: whole ones over 2^53 as reals. */
function numberJson(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "9e999" : "-9e999";
  return Number.isSafeInteger(value) ? String(value) : value.toExponential();
}

function listItem(value: unknown): string {
  if (typeof value === "number") return numberJson(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) {
    // As unhex() takes it; Uint8Array's own toHex() is not in Node 24.
    return `"${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}"`;
  }
  return JSON.stringify(value);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function bind(_: ColumnType, value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Date) return value.getTime();
  return value instanceof Uint8Array && value.length === 0 ? NO_BYTES : value;
}

/** SQLite, from 3.45 on. */
export const sqlite: Dialect = {
  name: "sqlite",
  tableOptions: " STRICT",
  noLimit: "-1",
  // SQLite looks at a bare parameter when it plans, so it would plan anew at each run (3 us).
  limit: (mark) => `${mark} + 0`,
  json: sqliteJson,
  explain: sqliteExplain,
  quote,
  mark: () => "?",
  markFor: () => "?",
  column: (alias, name) => `${alias}.${quote(name)}`,
  derived: () => "",
  lateral: false,
  tellsNumbers: false,
  columnType: (type) => TYPES[type],
  empty: (type) => EMPTY[type],
  primaryKey: (_, columns) => `PRIMARY KEY (${columns})`,
  created: () => [],
  renamed: () => [],
  indexed: (column) => column,
  // Names have no dot, so no two give the same; names that begin so are reserved.
  indexName: (def, index) =>
    `strata_${index.unique ? "unique" : "index"}.${def.name}.${index.name}`,
  bind,
  bindItem: bind,
  result: (type, sql) =>
    type === "bigint"
      ? `CASE WHEN ${sql} BETWEEN -9007199254740991 AND 9007199254740991 THEN ${sql} ` +
        `ELSE CAST(${sql} AS TEXT) END`
      : sql,
  same: (a, b, negated) => `${a} IS ${negated ? "NOT " : ""}${b}`,
  order: (sql, desc) => desc ? `${sql} DESC` : sql,
  pattern,
  matches: (op, sql, mark) =>
    op === "contains" ? `instr(${sql}, ${mark}) > 0` : `${sql} GLOB ${mark}`,
  relates(op, sql, part) {
    if (op === "contains") return `instr(${sql}, ${part}) > 0`;
    if (op === "startsWith") return `substr(${sql}, 1, length(${part})) = ${part}`;
    return `(${part} = '' OR substr(${sql}, -length(${part})) = ${part})`;
  },
  list: (_, values) => `[${values.map(listItem).join()}]`,
  // Qualified, since a user's table of that name would hide the function.
  inList: (type, sql, mark) =>
    `${sql} IN (SELECT ${
      type === "bytes" ? "unhex(value)" : "value"
    } FROM temp.json_each(${mark}))`,
  extreme: (fn, sql) => `${fn}(${sql})`,
  finite: (sql, count) =>
    `CASE WHEN abs(${sql}) <= 1.7976931348623157e308 OR ${count} = 0 THEN ${sql} ` +
    `ELSE ${fail(count)} END`,
  whole: (sql, safe) =>
    `CASE WHEN ${sql} IS NULL OR typeof(${sql}) = 'integer'` +
    (safe ? ` AND ${sql} BETWEEN -9007199254740991 AND 9007199254740991` : "") +
    ` THEN ${sql} ELSE ${fail(sql)} END`,
  wholeMean: (sql) =>
    `CASE WHEN count(${sql}) = 0 THEN NULL WHEN typeof(sum(${sql})) = 'integer' AND ` +
    `sum(${sql}) BETWEEN -9007199254740992 AND 9007199254740992 THEN avg(${sql}) ` +
    `ELSE ${fail(`count(${sql})`)} END`,
  infinite: (sql) => `abs(${sql}) > 1.7976931348623157e308`,
  fail,
};

/** No text that begins so is JSON. It depends on a value, so it is never worked out ahead. */
function fail(sql: string): string {
  return `json('!' || ${sql})`;
}
