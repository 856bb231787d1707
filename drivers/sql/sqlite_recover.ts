import { foldName } from "../../schema/names.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Cells } from "./decode.ts";
import { sqlite } from "./sqlite.ts";
import type { FoundTable, Maybe } from "../../db/driver.ts";

/** So many rows are read at once; a part that is damaged costs as many at most. */
const PART = 100;

/**
 * The rows of all tables of a database that can still be read, with values as SQLite has them: from the
 * first one up to a damaged part, and from the last one down to it.
 */
export async function* recoverRows(
  tables: readonly FoundTable[],
  rows: (text: string, params: readonly unknown[]) => Maybe<readonly Cells[]>,
): AsyncGenerator<{ readonly table: string; readonly row: StoredRow }, void, undefined> {
  for (const { name, columns } of tables) {
    const from = `main.${sqlite.quote(name)}`;
    // Each row has a number by three names, of which columns may take some.
    const own = new Set(columns.map((column) => foldName(column.name)));
    let id: string | undefined;
    for (const alias of ["rowid", "_rowid_", "oid"]) {
      if (own.has(alias) || !await answers(rows, `SELECT ${alias} FROM ${from} LIMIT 0`)) continue;
      id = alias;
      break;
    }
    if (id === undefined) continue; // a view, or no rows by number
    const list = columns.map((column) => sqlite.result("bigint", sqlite.quote(column.name)));
    const select = `SELECT ${[id, ...list].join(", ")} FROM ${from} WHERE ${id} `;
    const rowOf = (cells: Cells): StoredRow => {
      const row: DraftRow = {};
      columns.forEach((column, i) => row[column.name] = valueOf(column.type, cells[i + 1]));
      return row;
    };
    let first = -Infinity;
    let broken = false;
    const read = async (text: string, at: number): Promise<readonly Cells[]> => {
      try {
        return await rows(`${select}${text} LIMIT ${PART}`, [at]);
      } catch {
        broken = true;
        return [];
      }
    };
    for (let part = await read(`>= ? ORDER BY ${id}`, -1e300); part.length > 0;) {
      for (const cells of part) yield { table: name, row: rowOf(cells) };
      first = Number(part.at(-1)?.[0]);
      part = await read(`> ? ORDER BY ${id}`, first);
    }
    if (!broken) continue;
    for (let part = await read(`<= ? ORDER BY ${id} DESC`, 1e300); part.length > 0;) {
      for (const cells of part) {
        if (Number(cells[0]) > first) yield { table: name, row: rowOf(cells) };
      }
      const last = Number(part.at(-1)?.[0]);
      if (last <= first) break;
      part = await read(`< ? ORDER BY ${id} DESC`, last);
    }
  }
}

async function answers(
  rows: (text: string, params: readonly unknown[]) => Maybe<readonly Cells[]>,
  text: string,
): Promise<boolean> {
  try {
    await rows(text, []);
    return true;
  } catch {
    return false;
  }
}

/** Integers that are no exact numbers come as text. */
function valueOf(type: string, value: unknown): unknown {
  const whole = /INT/i.test(type) && typeof value === "string" && /^-?\d+$/.test(value);
  return whole ? BigInt(value) : value instanceof Uint8Array ? new Uint8Array(value) : value;
}
