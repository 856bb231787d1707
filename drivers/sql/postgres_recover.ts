import type { DraftRow } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Run } from "./async/engine.ts";
import type { Rows } from "./async/client.ts";
import { quote } from "./postgres.ts";
import { describePostgres } from "./postgres_describe.ts";

/** So many rows are read at once. */
const PART = 500;
const PAGE = /^\((\d+),/;

/**
 * The rows of all tables that can still be read, by their places in the files: a page that is damaged is passed
 * over.
 */
export async function* recoverPostgres(
  run: Run,
): AsyncGenerator<{ readonly table: string; readonly row: StoredRow }, void, undefined> {
  for (const { name, columns } of await describePostgres(run)) {
    const list = columns.map((column) => `r.${quote(column.name)}`);
    const text = `SELECT ${["r.ctid::text", ...list].join(", ")} FROM ${quote(name)} AS r ` +
      `WHERE r.ctid > $1::tid AND r.ctid < $2::tid ORDER BY r.ctid LIMIT ${PART}`;
    const pages = await sizeOf(run, name);
    const read = async (from: string, to: number): Promise<Rows | undefined> => {
      try {
        return (await run([{ text, params: [from, `(${to},0)`] }]))[0];
      } catch {
        return undefined;
      }
    };
    for (let from = "(0,0)", to = pages;;) {
      const rows = await read(from, to);
      const page = Number(PAGE.exec(from)?.[1]);
      if (!rows && to > page + 1) {
        to = page + 1; // page by page up to the damaged one
        continue;
      }
      for (const [, ...cells] of rows ?? []) {
        const row: DraftRow = {};
        columns.forEach((column, i) => row[column.name] = cells[i]);
        yield { table: name, row };
      }
      const last = rows?.at(-1)?.[0];
      if (rows && rows.length === PART && typeof last === "string") from = last;
      else if (to >= pages) break;
      else [from, to] = [`(${to},0)`, to + 1];
    }
  }
}

/** How many pages a table has; one more than that is never reached. */
async function sizeOf(run: Run, name: string): Promise<number> {
  const text = "SELECT pg_relation_size(to_regclass($1)) / current_setting('block_size')::bigint";
  const [rows] = await run([{ text, params: [quote(name)] }]);
  return Number(rows?.[0]?.[0] ?? 0) + 1;
}
