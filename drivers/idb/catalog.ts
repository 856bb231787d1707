/**
 * What tables are kept a record a row, and how their records are to be read.
 *
 * All of them lie in one object store, so that a table or an index comes to be without an upgrade of the
 * database, which would close it in every other tab:
 *
 * ```text
 * key                     id of the table (4 bytes, big-endian), key bytes of the primary key
 * value.x                 entries: id of the index (4 bytes), key bytes of its columns and the primary key
 * value.t, value.b        cells in the order of the catalog: text of the codec; bytes beside it
 * value.c                 CRC-32 of all that
 * ```
 *
 * A native index with an entry for each of `x` leads to the rows in the order of any index. Ids are never
 * given again. A table whose rows are to change with the layout is copied under a new id, and the catalog
 * that names it takes the place of the old one in one step.
 *
 * @module
 */
import { encode } from "../../schema/codec.ts";
import { isPlainObject } from "../../schema/json_value.ts";
import type { ColumnType } from "../../schema/compare.ts";
import type { ColumnDef, TableDef } from "../../schema/table.ts";
import type { LayoutChange } from "../../db/driver.ts";
import { frameBytes, frameText, KIND } from "../log/frame.ts";
import { framesIn, recordOf } from "../log/idb_records.ts";
import { corrupt, parts } from "../log/record.ts";

/** A cell of the records of a table. */
export interface KeptCell {
  /** Its column; null when that was dropped. */
  readonly column: string | null;
  readonly type: ColumnType;
  /** What records have that were written before the column was there. */
  readonly preset: unknown;
}

/** A table that is kept a record a row. */
export interface KeptTable {
  readonly id: number;
  readonly name: string;
  readonly cells: readonly KeptCell[];
  readonly indexes: readonly { readonly id: number; readonly columns: readonly string[] }[];
}

/** The tables by name. */
export type Catalog = ReadonlyMap<string, KeptTable>;

/** The key in `state` under which it is known how many rows a table has. */
export function countKey({ id }: KeptTable): string {
  return `rows ${id}`;
}

/** What is stored of a catalog. */
export function catalogRecord(catalog: Catalog): ArrayBuffer {
  return recordOf([frameBytes(KIND.chunk, encode([...catalog.values()]))]);
}

/**
 * The catalog that was stored; nothing is an empty one.
 *
 * @throws {DataError} With code `"corrupt"`.
 */
export function readCatalog(record: unknown): Catalog {
  if (record === undefined) return new Map();
  const [frame] = framesIn([record]);
  const tables = frame ? parts(frameText(frame)) : [undefined];
  return new Map(tables.map((table) => {
    const kept = table as Partial<KeptTable> | undefined; // looked at here
    if (
      isPlainObject(table) && typeof kept?.name === "string" && Number.isInteger(kept.id) &&
      Array.isArray(kept.cells) && Array.isArray(kept.indexes)
    ) {
      return [kept.name, kept as KeptTable]; // with a checksum: it is what was written
    }
    throw corrupt("the list of its tables has another form");
  }));
}

function cellOf({ name, type }: ColumnDef, preset: unknown): KeptCell {
  return { column: name, type, preset };
}

/** A new table; `id` gives numbers for it and its indexes. */
export async function newTable(def: TableDef, id: () => Promise<number>): Promise<KeptTable> {
  const indexes = [];
  for (const { columns } of def.indexes) {
    indexes.push({ id: await id(), columns: columns.map(({ name }) => name) });
  }
  const cells = def.columns.map((column) => cellOf(column, null));
  return { id: await id(), name: def.name, cells, indexes };
}

/** A table after a change, whose records can be read as they are. */
export async function changedTable(
  kept: KeptTable,
  change: Exclude<LayoutChange, { change: "createTable" | "dropTable" }>,
  id: () => Promise<number>,
): Promise<KeptTable> {
  const { cells, indexes } = kept;
  const renamed = (from: string, to: string | null) =>
    cells.map((cell) => cell.column === from ? { ...cell, column: to } : cell);
  switch (change.change) {
    case "renameTable":
      return { ...kept, name: change.to.name };
    case "addColumn":
      return { ...kept, cells: [...cells, cellOf(change.column, change.value)] };
    case "dropColumn":
      return { ...kept, cells: renamed(change.column.name, null) };
    case "renameColumn": {
      const { column, to } = change;
      return {
        ...kept,
        cells: renamed(column.name, to),
        indexes: indexes.map((index) => ({
          ...index,
          columns: index.columns.map((name) => name === column.name ? to : name),
        })),
      };
    }
    case "createIndex": {
      const columns = change.index.columns.map(({ name }) => name);
      return { ...kept, indexes: [...indexes, { id: await id(), columns }] };
    }
    case "dropIndex": {
      const name = change.index.columns.map((column) => column.name).join("\0");
      return { ...kept, indexes: indexes.filter(({ columns }) => columns.join("\0") !== name) };
    }
  }
}
