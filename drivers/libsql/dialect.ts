import type { Dialect } from "../sql/dialect.ts";
import { sqlite } from "../sql/sqlite.ts";

/** Text that begins so is no user's, as theirs has no U+0000; what follows is an infinity. */
const MARK = "\0";
const INFINITY = /^\0(-?)9e999$/;

/** What an infinity comes as, where the way to the server has no number for it. */
const marked = (sql: string): string =>
  `CASE WHEN ${sql} = 9e999 THEN char(0) || '9e999' WHEN ${sql} = -9e999 THEN char(0) || '-9e999' ` +
  `ELSE ${sql} END`;
/** What a whole number comes as where the client gives those as text. */
const real = (sql: string): string =>
  `CASE WHEN typeof(${sql}) = 'integer' THEN CAST(${sql} AS REAL) ELSE ${sql} END`;

/** SQLite through a client of libSQL. */
export function libsqlDialect(remote: boolean, integersAsText: boolean): Dialect {
  const { result } = sqlite;
  return {
    ...sqlite,
    name: "libsql",
    result(type, sql) {
      const own = result(type, sql);
      if (type === "real" && remote) return marked(own);
      const whole = type === "integer" || type === "boolean" || type === "date";
      return whole && integersAsText ? real(own) : own;
    },
  };
}

/** A cell as it is read from rows of other clients. */
export function cellOf(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" && value.startsWith(MARK)) {
    const sign = INFINITY.exec(value)?.[1];
    return sign === undefined ? value : sign === "" ? Infinity : -Infinity;
  }
  return value instanceof ArrayBuffer ? new Uint8Array(value) : value;
}

/** What is no parameter: strings and quoted names. The statements of ours have no comments. */
const PARTS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g;

/** A statement with its infinities as literals, since the client takes none as a value. */
export function withInfinities(
  text: string,
  params: readonly unknown[],
): { readonly sql: string; readonly args: readonly unknown[] } {
  if (!params.some(isInfinite)) return { sql: text, args: params };
  let at = 0;
  const sql = text.replace(PARTS, (part) => {
    if (part !== "?") return part;
    const value = params[at++];
    return isInfinite(value) ? value === Infinity ? "9e999" : "-9e999" : part;
  });
  return { sql, args: params.filter((value) => !isInfinite(value)) };
}

function isInfinite(value: unknown): boolean {
  return value === Infinity || value === -Infinity;
}
