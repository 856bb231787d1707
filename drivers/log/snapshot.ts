import { encode } from "../../schema/codec.ts";
import { DataError, quote } from "../../schema/errors.ts";
import { keyIn } from "../../schema/key.ts";
import { noteText } from "../../schema/row.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { redo, TableData } from "../../engine/mod.ts";
import { KnownIds } from "../../engine/known_ids.ts";
import type { DriverOptions } from "../../db/driver.ts";
import { tableOf } from "../../db/layout.ts";
import { readLayout } from "../../db/layout_read.ts";
import { type Frame, frameBytes, frameText, isSameFrame, isUnknown, KIND } from "./frame.ts";
import {
  chunkFrame,
  corrupt,
  effectOf,
  parts,
  readCommit,
  rowOf,
  type StoredCommit,
} from "./record.ts";
import type { LogState } from "./state.ts";
import type { Bytes } from "./storage.ts";

/** Rows of a chunk. */
const CHUNK = 500;
/** So many ids of commits are kept with a snapshot. */
const KEPT_IDS = 1_000;

/** The frames of all that there is, made one by one so that others come in between. */
export function* snapshotFrames(state: LogState): Generator<Bytes, void, undefined> {
  // Rows are immutable, so lists of them are a state that stays.
  const { seq, unknown } = state;
  const meta = [...state.meta];
  const ids = state.known.last(KEPT_IDS);
  const tables = Array.from(
    state.tables.values(),
    (data) => ({ def: data.def, rows: rowsOf(data) }),
  );
  const names = tables.map(({ def }) => def.name);
  yield frameBytes(KIND.head, encode([seq, ids, meta, names]));
  let chunks = 0;
  for (const { def, rows } of tables) {
    for (let at = 0; at < rows.length; at += CHUNK) {
      chunks++;
      yield chunkFrame(def, rows.slice(at, at + CHUNK));
    }
  }
  for (const bytes of unknown) yield bytes;
  yield frameBytes(KIND.end, encode([chunks]));
}

function rowsOf(data: TableData): StoredRow[] {
  const rows: StoredRow[] = [];
  data.each((row) => rows.push(row) > 0);
  return rows;
}

/**
 * The database that frames hold; an empty list is a new one.
 *
 * @throws {DataError} With code `"corrupt"` when something is missing or another form.
 */
export function readState(
  frames: readonly Frame[],
  options: Pick<DriverOptions, "tables" | "ready">,
): LogState {
  try {
    return stateOf(frames, options);
  } catch (cause) {
    throw cause instanceof DataError ? cause : corrupt("something else is there", cause);
  }
}

function stateOf(
  frames: readonly Frame[],
  { tables, ready }: Pick<DriverOptions, "tables" | "ready">,
): LogState {
  const state: LogState = {
    ...{ tables: new Map(), meta: new Map(), known: new KnownIds(), seq: 0, unknown: [] },
  };
  let wanted: number | undefined;
  let chunks = 0;
  for (const [i, frame] of frames.entries()) {
    if ((frame.kind === KIND.head) !== (i === 0)) throw corrupt("its head is not its first part");
    if (frame.kind === KIND.head) readHead(state, parts(frameText(frame)), tables, ready);
    else if (frame.kind === KIND.chunk) {
      chunks++;
      addChunk(state, parts(frameText(frame)));
    } else if (frame.kind === KIND.end) [wanted] = parts(frameText(frame)) as number[]; // compared below
    else if (isUnknown(frame)) keepUnknown(state, frame);
    else {
      if (wanted !== chunks) throw corrupt("its snapshot has no end");
      addCommit(state, frame);
    }
  }
  if (frames.length > 0 && wanted !== chunks) throw corrupt("parts of its snapshot are missing");
  return state;
}

function readHead(
  state: LogState,
  [seq, ids, meta, names]: readonly unknown[],
  tables: readonly TableDef[],
  ready: DriverOptions["ready"],
): void {
  if (typeof seq !== "number" || !Array.isArray(ids) || !Array.isArray(meta)) {
    throw corrupt("its head has another form");
  }
  state.seq = seq;
  for (const id of ids) state.known.add(String(id));
  for (const [key, value] of meta) state.meta.set(String(key), value);
  const byName = new Map<string, TableDef>();
  for (const table of readLayout(state.meta)?.tables ?? []) byName.set(table.name, tableOf(table));
  // With the schema's own definitions nothing is to be converted when requests name them.
  if (ready(state.meta)) { for (const def of tables) byName.set(def.name, def); }
  for (const name of Array.isArray(names) ? names : []) {
    const def = byName.get(String(name));
    if (!def) throw corrupt(`the table ${quote(String(name))} has no layout`);
    state.tables.set(def.name, new TableData(def));
  }
}

function addChunk({ tables }: LogState, [name, names, rows]: readonly unknown[]): void {
  const data = tables.get(String(name));
  if (!data || !Array.isArray(names) || !Array.isArray(rows)) {
    throw corrupt("a part of its snapshot has another form");
  }
  for (const list of rows) {
    const row = rowOf(data.def.template, names, list);
    noteText(data.def, row);
    data.add(keyIn(data.def.key, row), row);
  }
}

/** Keeps a frame of a kind that a later version has. */
export function keepUnknown({ unknown }: LogState, { bytes }: Frame): void {
  if (!unknown.some((kept) => isSameFrame(kept, bytes))) unknown.push(bytes);
}

/** Takes in a commit of another; gives what it says of itself, or undefined when it is there already. */
export function addCommit(state: LogState, frame: Frame): StoredCommit | undefined {
  const commit = readCommit(frameText(frame));
  if (commit.seq <= state.seq) return undefined;
  if (commit.seq !== state.seq + 1) throw corrupt(`commit ${state.seq + 1} is missing`);
  for (const effect of commit.effects) {
    if (effect[3].length === 0) continue; // the rows of that table lie elsewhere
    const data = state.tables.get(effect[0]);
    if (!data) throw corrupt(`the table ${quote(effect[0])} has no layout`);
    const done = effectOf(effect, data);
    for (const row of done.after) noteText(data.def, row);
    redo({ ...done, data });
  }
  state.known.add(commit.id);
  state.seq = commit.seq;
  return commit;
}
