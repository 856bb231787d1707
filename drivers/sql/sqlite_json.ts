import type { ColumnType } from "../../schema/compare.ts";
import type { JsonDialect } from "./dialect.ts";

const DOLLARS = /^\$+$/;

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path as SQLite takes it: each name quoted; the codec writes one `$` more on dollars alone. */
function pathText(path: readonly string[]): string {
  return `$${
    path.map((name) => `.${JSON.stringify(DOLLARS.test(name) ? `${name}$` : name)}`).join("")
  }`;
}

function typeAt(doc: string, path: readonly string[]): string {
  return `json_type(${doc}, ${literal(pathText(path))})`;
}
function valueAt(doc: string, path: readonly string[]): string {
  return `json_extract(${doc}, ${literal(pathText(path))})`;
}
/** The tag of what the codec writes as `{"$": [tag, ...]}`. */
function tagAt(doc: string, path: readonly string[]): string {
  return `json_extract(${doc}, ${literal(`${pathText(path)}."$"[0]`)})`;
}

/** A number in JSON may be an integer that no double is: JavaScript writes 2^60 rounded. */
function realAt(doc: string, path: readonly string[]): string {
  return `CAST(${valueAt(doc, path)} AS REAL)`;
}

function number(doc: string, path: readonly string[]): string {
  return `CASE WHEN ${typeAt(doc, path)} IN ('integer', 'real') THEN ${realAt(doc, path)} END`;
}
function text(doc: string, path: readonly string[]): string {
  return `CASE WHEN ${typeAt(doc, path)} = 'text' THEN ${valueAt(doc, path)} END`;
}

function itself(value: unknown): unknown {
  return value;
}

/** Whether an element of an array, as `json_each` gives it, is a scalar. */
function elementTest(
  value: unknown,
  add: (of: (value: unknown) => unknown, type: ColumnType) => string,
): string {
  switch (typeof value) {
    case "boolean":
      return `el.type = ${add(String, "text")}`;
    case "number":
      return `el.type IN ('integer', 'real') AND CAST(el.value AS REAL) = ${add(itself, "real")}`;
    case "string":
      return `el.type = 'text' AND el.value = ${add(itself, "text")}`;
    default:
      return `el.type = 'null' OR el.type = 'object' AND ` +
        `json_extract(el.value, '$."$"[0]') IN ('undefined', 'hole')`;
  }
}

/** JSON text as SQLite's functions read it. */
export const sqliteJson: JsonDialect = {
  rank: (doc, path) =>
    `CASE ${typeAt(doc, path)} WHEN 'integer' THEN 3 WHEN 'real' THEN 3 WHEN 'text' THEN 4 ` +
    `WHEN 'true' THEN 2 WHEN 'false' THEN 1 WHEN 'array' THEN 5 ` +
    `WHEN 'object' THEN CASE WHEN ${tagAt(doc, path)} IS 'undefined' THEN 0 ELSE 5 END ELSE 0 END`,
  scalar: (doc, path) =>
    `CASE ${typeAt(doc, path)} WHEN 'integer' THEN ${realAt(doc, path)} ` +
    `WHEN 'real' THEN ${realAt(doc, path)} WHEN 'text' THEN ${valueAt(doc, path)} END`,
  number,
  text,
  truth: (doc, path) => `CASE ${typeAt(doc, path)} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END`,
  ofColumn: (sql) => sql,
  typed: (rank, scalar, type) =>
    type === "boolean"
      ? `CASE ${rank} WHEN 1 THEN 0 WHEN 2 THEN 1 END`
      : `CASE WHEN ${rank} = ${type === "text" ? 4 : 3} THEN ${scalar} END`,
  decode: itself,
  same: (scalar, _, mark, differs) =>
    `${scalar.whole()} IS ${differs ? "NOT " : ""}${mark("json")}`,
  extreme: (fn, rank, scalar) =>
    `CASE ${rank} WHEN 3 THEN ${fn}(${scalar.real()}) WHEN 4 THEN ${fn}(${scalar.text()}) END`,
  raw: (doc, path) => path.length === 0 ? doc : `${doc} -> ${literal(pathText(path))}`,
  hasElement: (doc, path, value, add) =>
    `(${typeAt(doc, path)} = 'array' AND EXISTS (SELECT 1 FROM temp.json_each(${doc}, ` +
    `${literal(pathText(path))}) AS el WHERE ${elementTest(value, add)}))`,
  // Blobs stand for booleans, since numbers and text are themselves.
  key: (rank, scalar) =>
    `CASE ${rank} WHEN 0 THEN NULL WHEN 1 THEN x'00' WHEN 2 THEN x'01' WHEN 5 ` +
    `THEN json('!' || ${rank}) ELSE ${scalar} END`,
};
