import { decode, encode } from "../../schema/codec.ts";
import { DataError, quote } from "../../schema/errors.ts";
import { mapKeyOf } from "../../schema/key.ts";
import type { DraftRow } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Change, TableData } from "../../engine/mod.ts";
import type { CommitInfo, Effect } from "../../db/driver.ts";
import { type Frame, frameBytes, frameText, KIND } from "./frame.ts";

/** Values of rows in the order of some columns. */
type Cells = readonly (readonly unknown[])[];
/** An effect as it is stored: written columns for inserts and updates, whose keys come first. */
type StoredEffect = readonly [
  table: string,
  kind: Change["kind"],
  columns: readonly string[],
  rows: Cells,
];

/** A commit as it was stored. */
export interface StoredCommit {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly origin: string | undefined;
  readonly effects: readonly StoredEffect[];
}

function cellsOf(rows: readonly StoredRow[], names: readonly string[]): unknown[][] {
  return rows.map((row) => names.map((name) => row[name]));
}

/** The frame of a commit. */
export function commitFrame(
  seq: number,
  { id, kind, origin, time }: Omit<CommitInfo, "done">,
  effects: readonly Effect[],
): Uint8Array<ArrayBuffer> {
  const stored = effects.map(({ table, kind, columns, before, after }): StoredEffect => {
    const keys = table.key.map(({ name }) => name);
    if (kind === "insert") {
      const all = table.columns.map(({ name }) => name);
      return [table.name, kind, all, cellsOf(after, all)];
    }
    if (kind === "update") {
      const names = columns.filter((name) => !keys.includes(name));
      return [table.name, kind, names, cellsOf(after, [...keys, ...names])];
    }
    return [table.name, kind, [], cellsOf(before, keys)];
  });
  return frameBytes(KIND.commit, encode([seq, id, kind, origin ?? null, time, stored]));
}

/** @throws {DataError} With code `"corrupt"` when the text is no commit. */
export function readCommit(text: string): StoredCommit {
  const [seq, id, kind, origin, , effects] = parts(text);
  if (typeof seq !== "number" || typeof id !== "string" || !Array.isArray(effects)) {
    throw corrupt("a commit has another form");
  }
  return {
    seq,
    id,
    kind: String(kind),
    origin: typeof origin === "string" ? origin : undefined,
    effects, // looked at when they are applied
  };
}

/** A list that a frame holds. @throws {DataError} With code `"corrupt"`. */
export function parts(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = decode(text);
  } catch (cause) {
    throw corrupt("a part is no text of the codec", cause);
  }
  if (Array.isArray(value)) return value;
  throw corrupt("a part is no list");
}

/** What was stored, as effects on the rows that are there. */
export function effectOf(
  [, kind, columns, cells]: StoredEffect,
  data: TableData,
): Effect {
  const table = data.def;
  const names = kind === "update" ? [...table.key.map(({ name }) => name), ...columns] : columns;
  const before: StoredRow[] = [];
  const after: StoredRow[] = [];
  for (const list of cells) {
    if (kind === "insert") {
      after.push(rowOf(table.template, columns, list));
      continue;
    }
    const found = data.get(mapKeyOf(list.slice(0, table.key.length)));
    if (!found) throw corrupt(`a row of ${quote(table.name)} is missing`);
    before.push(found);
    if (kind === "update") after.push(rowOf(found, names, list));
  }
  return { table, kind, columns, before, after };
}

/** A row with some values set. */
export function rowOf(
  base: StoredRow,
  names: readonly string[],
  values: readonly unknown[],
): StoredRow {
  const row: DraftRow = { ...base };
  for (let i = 0; i < names.length; i++) {
    const name = names[i] ?? "";
    if (Object.hasOwn(row, name)) row[name] = values[i] ?? null; // else of a column that is gone
  }
  return row;
}

/** The rows of a table in the order of `names`, for a chunk. */
export function chunkFrame(
  table: TableDef,
  rows: readonly StoredRow[],
): Uint8Array<ArrayBuffer> {
  const names = table.columns.map(({ name }) => name);
  return frameBytes(KIND.chunk, encode([table.name, names, cellsOf(rows, names)]));
}

/** The number of the last commit that a snapshot has, by its first frame. */
export function headSeq(head: Frame | undefined): number {
  return head ? Number(parts(frameText(head))[0]) : 0;
}

/** The error of a database that can't be read as it is. */
export function corrupt(state: string, cause?: unknown): DataError {
  return new DataError("corrupt", `Cannot read the database as it was written: ${state}`, {
    ...(cause !== undefined && { cause }),
  });
}
