import type { ColumnType } from "../../schema/compare.ts";
import type { JsonDialect } from "./dialect.ts";

const DOLLARS = /^\$+$/;
const HEX = "0123456789abcdef";
const XEH = "fedcba9876543210";

/** Text as a literal, also where a setting gives backslashes a meaning. */
function literal(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return text.includes("\\") ? `E'${quoted.replaceAll("\\", "\\\\")}'` : `'${quoted}'`;
}

/** A step to each name; arrays have no paths. The codec writes one `$` more on dollars alone. */
function steps(path: readonly string[]): string {
  return path.map((name) => ` -> ${literal(DOLLARS.test(name) ? `${name}$` : name)}`).join("");
}

function valueAt(doc: string, path: readonly string[]): string {
  return `((${doc})::jsonb${steps(path)})`;
}
function typeAt(doc: string, path: readonly string[]): string {
  return `jsonb_typeof(${valueAt(doc, path)})`;
}
/** The tag of what the codec writes as `{"$": [tag, ...]}`. */
function tagOf(value: string): string {
  return `${value} -> '$' ->> 0`;
}
/** Text has the order of its code points. */
function textOf(value: string): string {
  return `(${value} #>> '{}') COLLATE "C"`;
}

function number(doc: string, path: readonly string[]): string {
  return `CASE WHEN ${typeAt(doc, path)} = 'number' THEN ${valueAt(doc, path)}::float8 END`;
}
function text(doc: string, path: readonly string[]): string {
  return `CASE WHEN ${typeAt(doc, path)} = 'string' THEN ${textOf(valueAt(doc, path))} END`;
}

/** A number as text in the order of numbers: its bits, the other way round for one below 0. */
function numberKey(sql: string): string {
  const bits = `encode(float8send((${sql}) + 0), 'hex')`; // 0 and -0 are the same
  return `(CASE WHEN (${sql}) >= 0 THEN 'p' || ${bits} ` +
    `ELSE 'n' || translate(${bits}, '${HEX}', '${XEH}') END) COLLATE "C"`;
}
function textKey(sql: string): string {
  return `('s' || (${sql})) COLLATE "C"`;
}

/** The number that a key stands for. */
function numberOfKey(key: string): string {
  const hex = `CASE WHEN ${key} >= 'p' THEN substr(${key}, 2) ` +
    `ELSE translate(substr(${key}, 2), '${HEX}', '${XEH}') END`;
  const bits = `('x' || ${hex})::bit(64)`;
  const exponent = `substring(${bits} from 2 for 11)::int`;
  const rest = `substring(${bits} from 13 for 52)::bigint`;
  return `(CASE WHEN ${key} >= 'p' THEN 1 ELSE -1 END * CASE ${exponent} ` +
    `WHEN 0 THEN ${rest}::float8 * power(2::float8, -1074) ` +
    `ELSE (${rest} + 4503599627370496)::float8 * power(2::float8, ${exponent} - 1075) END)`;
}

const view = new DataView(new ArrayBuffer(8));

function invert(hex: string): string {
  return hex.replace(/./g, (digit) => XEH[HEX.indexOf(digit)] ?? "");
}

/** A number or text as the expressions above give it. */
export function scalarKey(value: unknown): unknown {
  if (typeof value === "string") return `s${value}`;
  if (typeof value !== "number") return value;
  view.setFloat64(0, value + 0); // 0 and -0 are the same
  const hex = view.getBigUint64(0).toString(16).padStart(16, "0");
  return value >= 0 ? `p${hex}` : `n${invert(hex)}`;
}

function decode(cell: unknown): unknown {
  if (typeof cell !== "string") return cell;
  const rest = cell.slice(1);
  if (cell.startsWith("s")) return rest;
  view.setBigUint64(0, BigInt(`0x${cell.startsWith("p") ? rest : invert(rest)}`));
  return view.getFloat64(0);
}

function itself(value: unknown): unknown {
  return value;
}

/** Whether an element of an array is a scalar. */
function elementTest(
  value: unknown,
  add: (of: (value: unknown) => unknown, type: ColumnType) => string,
): string {
  const type = "jsonb_typeof(el.value)";
  switch (typeof value) {
    case "boolean":
      return `el.value = to_jsonb(${add(itself, "boolean")})`;
    case "number":
      // AND has no order here.
      return `CASE WHEN ${type} = 'number' THEN el.value::float8 = ${add(itself, "real")} END`;
    case "string":
      return `${type} = 'string' AND ${textOf("el.value")} = ${add(itself, "text")}`;
    default:
      return `${type} = 'null' OR ${tagOf("el.value")} IN ('undefined', 'hole')`;
  }
}

/**
 * JSON text as PostgreSQL's functions read it.
 *
 * A scalar that may be a number or a text is one text, its key, which has the order of both:
 *
 * ```text
 * -2          n3fffffffffffffff    the bits of a double, inverted
 *  2          p4000000000000000    the bits of a double
 * "text"      stext
 * ```
 */
export const postgresJson: JsonDialect = {
  rank(doc, path) {
    const value = valueAt(doc, path);
    return `CASE ${typeAt(doc, path)} WHEN 'number' THEN 3 WHEN 'string' THEN 4 ` +
      `WHEN 'boolean' THEN CASE WHEN ${value}::boolean THEN 2 ELSE 1 END WHEN 'array' THEN 5 ` +
      `WHEN 'object' THEN CASE WHEN ${tagOf(value)} = 'undefined' THEN 0 ELSE 5 END ELSE 0 END`;
  },
  scalar: (doc, path) =>
    `CASE ${typeAt(doc, path)} WHEN 'number' THEN ` +
    `${numberKey(`${valueAt(doc, path)}::float8`)} ` +
    `WHEN 'string' THEN ${textKey(textOf(valueAt(doc, path)))} END`,
  number,
  text,
  truth: (doc, path) =>
    `CASE WHEN ${typeAt(doc, path)} = 'boolean' THEN ${valueAt(doc, path)}::boolean END`,
  ofColumn: (sql, type) => type === "text" ? textKey(sql) : numberKey(`(${sql})::float8`),
  typed(rank, scalar, type) {
    if (type === "boolean") return `CASE ${rank} WHEN 1 THEN FALSE WHEN 2 THEN TRUE END`;
    return type === "text"
      ? `CASE WHEN ${rank} = 4 THEN substr(${scalar}, 2) END`
      : `CASE WHEN ${rank} = 3 THEN ${numberOfKey(scalar)} END`;
  },
  decode,
  same(scalar, value, mark, differs) {
    const sign = differs ? "IS DISTINCT FROM" : "=";
    return typeof value === "string"
      ? `${scalar.text()} ${sign} ${mark("text")}`
      : `${scalar.real()} ${sign} ${mark("real")}`;
  },
  // Keys of numbers come before those of text, so that the rank needs no look.
  extreme: (fn, _, scalar) => `${fn}(${scalar.whole()})`,
  // As json, which keeps the order of keys.
  raw: (doc, path) => path.length === 0 ? doc : `(${doc})::json${steps(path)}`,
  hasElement: (doc, path, value, add) =>
    `EXISTS (SELECT 1 FROM jsonb_array_elements(CASE ${typeAt(doc, path)} WHEN 'array' THEN ` +
    `${valueAt(doc, path)} END) AS el(value) WHERE ${elementTest(value, add)})`,
  key: (rank, scalar) =>
    `CASE ${rank} WHEN 0 THEN NULL WHEN 1 THEN 'f' WHEN 2 THEN 't' WHEN 5 ` +
    `THEN ('!' || (${rank}))::smallint::text ELSE ${scalar} END`,
};
