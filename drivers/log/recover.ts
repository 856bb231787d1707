import { mapKeyOf } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import { tableOf } from "../../db/layout.ts";
import { readLayout } from "../../db/layout_read.ts";
import { frameText, KIND } from "./frame.ts";
import { parts, readCommit, rowOf } from "./record.ts";
import { readable } from "./scan.ts";
import type { Bytes } from "./storage.ts";

/**
 * The rows that can still be read of a damaged log: those of its snapshot with what commits did to them,
 * as far as each is whole. Updates of rows that are lost give what they wrote.
 */
export function* recoverRows(
  bytes: Bytes,
): Generator<{ readonly table: string; readonly row: StoredRow }, void, undefined> {
  const tables = new Map<string, Map<unknown, StoredRow>>();
  const keys = new Map<string, readonly string[]>();
  const put = (table: string, row: StoredRow) => {
    let rows = tables.get(table);
    if (!rows) tables.set(table, rows = new Map());
    const key = (keys.get(table) ?? Object.keys(row)).map((name) => row[name]);
    const at = mapKeyOf(key);
    rows.set(at, { ...rows.get(at), ...row });
  };
  for (const frame of readable(bytes)) {
    try {
      if (frame.kind === KIND.head) {
        const [, , meta] = parts(frameText(frame));
        const layout = readLayout(new Map(meta as [string, unknown][])); // as it was written
        for (const table of layout?.tables ?? []) {
          keys.set(table.name, tableOf(table).key.map(({ name }) => name));
        }
      } else if (frame.kind === KIND.chunk) {
        const [table, names, rows] = parts(frameText(frame));
        if (!Array.isArray(rows) || !Array.isArray(names)) continue;
        for (const list of rows) put(String(table), fromList(names, list));
      } else if (frame.kind === KIND.commit) {
        for (const [table, kind, columns, cells] of readCommit(frameText(frame)).effects) {
          const key = keys.get(table) ?? [];
          for (const list of cells) {
            if (kind === "insert") put(table, fromList(columns, list));
            else if (kind === "update") put(table, fromList([...key, ...columns], list));
            else tables.get(table)?.delete(mapKeyOf(list));
          }
        }
      }
    } catch {
      // A part whose checksum is right and that is none of ours: it gives nothing.
    }
  }
  for (const [table, rows] of tables) {
    if (table.startsWith("strata_")) continue;
    for (const row of rows.values()) yield { table, row };
  }
}

function fromList(names: readonly string[], values: readonly unknown[]): StoredRow {
  const base = Object.fromEntries(names.map((name) => [name, null]));
  return rowOf(base, names, values);
}
