import type { Row } from "../reference/model.ts";
import type { BuiltTable } from "./schema_spec.ts";

/** A value as the source text that makes it. */
export function show(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") {
    return value.length > 100 ? `"${value[0]}".repeat(${value.length})` : JSON.stringify(value);
  }
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : `${value}`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof Uint8Array) return `Uint8Array.of(${value})`;
  if (value instanceof Map) return `new Map(${show([...value])})`;
  if (value instanceof Set) return `new Set(${show([...value])})`;
  if (value instanceof RegExp) return `${value}`;
  if (value instanceof URL) return `new URL("${value}")`;
  const entries = Object.entries(value).map(([key, inner]) => `${showKey(key)}: ${show(inner)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

function showKey(key: string): string {
  if (key === "__proto__") return '["__proto__"]';
  return /^[a-z]\w*$/i.test(key) ? key : JSON.stringify(key);
}

/** A table and its rows, for the message of a failing case. */
export function showTable(table: BuiltTable, rows: readonly Row[]): string {
  const columns = table.columns.map(({ name, type, optional }) =>
    `${showKey(name)}: ${type}${optional ? "?" : ""}`
  );
  const lines = rows.slice(0, 60).map((row) => `\n    ${show(row)}`);
  if (rows.length > 60) lines.push(`\n    and ${rows.length - 60} more`);
  const key = show(table.model.primaryKey);
  const indexes = table.indexes.map((index) => ` ${show(index)}`);
  return `  table ${show(table.model.name)} { ${columns.join(", ")} } key ${key} indexes${
    indexes.join("")
  }${lines.join("")}`;
}
