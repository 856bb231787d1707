import type { FoundTable } from "../../db/driver.ts";
import type { Statement } from "./compile.ts";
import type { Cells } from "./decode.ts";
import { sqlite } from "./sqlite.ts";

/**
 * Describes the tables and views of a database, without SQLite's own and ours: yields statements that may
 * run together, and takes the rows of each.
 */
export function* describeSqlite(): Generator<
  readonly Statement[],
  FoundTable[],
  readonly (readonly Cells[])[]
> {
  const [all = []] = yield [pragma("table_list")];
  const tables = all.flatMap(([schema, table, kind]) => {
    const name = String(table);
    return schema !== "main" || kind === "shadow" || /^(sqlite|strata)_/i.test(name) ? [] : [name];
  });
  const parts = yield tables.flatMap((name) => [
    pragma("table_xinfo", name),
    pragma("index_list", name),
  ]);
  const indexes = tables.map((_, i) => parts[2 * i + 1] ?? []);
  const columns = yield indexes.flat().map(([, name]) => pragma("index_info", String(name)));
  let at = 0;
  return tables.map((name, i) => ({
    name,
    columns: columnsOf(parts[2 * i] ?? []),
    indexes: indexes[i]?.flatMap((index) => indexOf(index, columns[at++] ?? [])) ?? [],
  }));
}

function pragma(name: string, of?: string): Statement {
  const text = `PRAGMA main.${name}${of === undefined ? "" : `(${sqlite.quote(of)})`}`;
  return { text, params: [] };
}

function columnsOf(rows: readonly Cells[]): FoundTable["columns"] {
  return rows
    .filter(([, , , , , , hidden]) => hidden !== 1) // of a virtual table, no value of a row
    .map(([, column, type, notNull, , key]) => ({
      name: String(column),
      type: String(type),
      // Old tables may hold null in a key of text, which nobody means.
      nullable: notNull === 0 && key === 0,
      key: Number(key),
    }));
}

function indexOf(
  [, index, unique, origin, partial]: Cells,
  rows: readonly Cells[],
): FoundTable["indexes"] {
  const names = rows.map(([, , column]) => column);
  // An index over some rows alone, or over expressions, is no rule for all rows.
  if (origin === "pk" || partial !== 0 || names.includes(null)) return [];
  return [{ name: String(index), columns: names.map(String), unique: unique === 1 }];
}
