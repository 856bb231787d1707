/**
 * What drivers with their rows in memory are built from: a session over tables in memory, and all that it holds as
 * one text. `docs/drivers.md` shows a driver on it.
 *
 * @module
 */
import { decode, encode } from "../../schema/codec.ts";
import { DataError } from "../../schema/errors.ts";
import { keyIn } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import { KnownIds } from "../../engine/known_ids.ts";
import { TableData } from "../../engine/mod.ts";
import { type StoredTable, storedTable, tableOf } from "../../db/layout.ts";
import type { ResidentState } from "./session.ts";

export { openResident } from "./open.ts";
export { savingSession } from "./saving.ts";
export { type ResidentState, residentState } from "./session.ts";

interface Snapshot {
  readonly format: 1;
  readonly seq: number;
  readonly known: readonly string[];
  readonly meta: readonly (readonly [key: string, value: unknown])[];
  readonly tables: readonly { readonly layout: StoredTable; readonly rows: readonly StoredRow[] }[];
}

/**
 * All that a resident database holds, as text that {@linkcode readSnapshot} reads; lossless for every value.
 * With an `id`, as it will be after the commit with this id, whose writes are in the tables already.
 */
export function writeSnapshot(state: ResidentState, id?: string): string {
  const known = [...state.known];
  const snapshot: Snapshot = {
    format: 1,
    seq: id === undefined ? state.seq : state.seq + 1,
    known: id === undefined ? known : [...known, id],
    meta: [...state.meta],
    // The numbers of tables and columns are in the stored layout, which is in the meta data.
    tables: Array.from(state.tables.values(), (data) => ({
      layout: storedTable(data.def, () => 0),
      rows: rowsOf(data),
    })),
  };
  return encode(snapshot);
}

/**
 * What {@linkcode writeSnapshot} wrote.
 *
 * @throws {DataError} With code `"corrupt"` when it is something else.
 */
export function readSnapshot(text: string): ResidentState {
  try {
    // Text that something else wrote fails below, or when its tables are looked at.
    const { format, seq, known, meta, tables } = decode(text) as Snapshot;
    if (format !== 1) throw new TypeError("Cannot read a snapshot as its format is 1: it is not");
    const ids = new KnownIds();
    for (const id of known) ids.add(id);
    const filled = tables.map(({ layout, rows }) => fill(new TableData(tableOf(layout)), rows));
    return {
      seq,
      known: ids,
      meta: new Map(meta),
      tables: new Map(filled.map((data) => [data.def.name, data])),
    };
  } catch (cause) {
    const message = "Cannot read the database as it is whole: something else is there";
    throw new DataError("corrupt", message, { cause });
  }
}

/** All rows of a table, as they came. */
export function rowsOf(data: TableData): StoredRow[] {
  const rows: StoredRow[] = [];
  data.each((row) => rows.push(row) > 0);
  return rows;
}

function fill(data: TableData, rows: readonly StoredRow[]): TableData {
  const { def } = data;
  for (const row of rows) {
    const own = { ...def.template, ...row };
    data.add(keyIn(def.key, own), own);
  }
  return data;
}
