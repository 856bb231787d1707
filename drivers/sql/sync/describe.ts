import type { FoundTable } from "../../../db/driver.ts";
import { sqlite } from "../sqlite.ts";
import type { SyncClient } from "./client.ts";

const NONE: readonly never[] = [];

/** The tables and views of a database, without SQLite's own and ours. */
export function describeTables(client: SyncClient): FoundTable[] {
  return client.rows("PRAGMA main.table_list", NONE).flatMap(([schema, table, kind]) => {
    const name = String(table);
    if (schema !== "main" || kind === "shadow" || /^(sqlite|strata)_/i.test(name)) return [];
    return [describeTable(client, name)];
  });
}

function describeTable(client: SyncClient, name: string): FoundTable {
  const quoted = sqlite.quote(name);
  const columns = client.rows(`PRAGMA main.table_xinfo(${quoted})`, NONE)
    .filter(([, , , , , , hidden]) => hidden !== 1) // of a virtual table, no value of a row
    .map(([, column, type, notNull, , key]) => ({
      name: String(column),
      type: String(type),
      // Old tables may hold null in a key of text, which nobody means.
      nullable: notNull === 0 && key === 0,
      key: Number(key),
    }));
  const indexes = client.rows(`PRAGMA main.index_list(${quoted})`, NONE)
    .flatMap(([, index, unique, origin, partial]) => {
      const names = client.rows(`PRAGMA main.index_info(${sqlite.quote(String(index))})`, NONE)
        .map(([, , column]) => column);
      // An index over some rows alone, or over expressions, is no rule for all rows.
      if (origin === "pk" || partial !== 0 || names.includes(null)) return [];
      return [{ name: String(index), columns: names.map(String), unique: unique === 1 }];
    });
  return { name, columns, indexes };
}
