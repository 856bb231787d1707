import { type AreaCells, recordsIn, REVISION, SNAPSHOT } from "./area_cells.ts";
import { NAME_LENGTH, readRevision, type Revision } from "./area_revision.ts";
import { type Frame, KIND } from "./frame.ts";
import { corrupt, headSeq } from "./record.ts";
import { wholeFrames } from "./scan.ts";
import type { Bytes } from "./storage.ts";
import { bytesOf, legibleBytes, textOf } from "./text_bytes.ts";

/** What the revision says, and its text. */
export interface Seen {
  readonly text: string;
  readonly revision: Revision;
}

/** What a database says of itself now; undefined when there is none. */
export function seenIn(cells: AreaCells): Seen | undefined {
  const text = cells.get(REVISION);
  return text === undefined ? undefined : { text, revision: readRevision(text) };
}

/** The text of a record: the name of the commit before it, and its frames. */
export function recordText(before: string, frames: readonly Bytes[]): string {
  return before + textOf(joined(frames));
}

/** A record: the name of the commit before it, and its frames. */
export interface AreaRecord {
  readonly before: string;
  readonly frames: readonly Frame[];
  /** Of the last commit in it. */
  readonly seq: number;
  /** The UTF-16 units that it takes. */
  readonly units: number;
}

/** The record that begins with a commit; undefined when it is not there. */
export function recordAt(cells: AreaCells, first: number): AreaRecord | undefined {
  const text = cells.get(`${first}`);
  if (text === undefined) return undefined;
  const frames = wholeFrames(bytesOf(text.slice(NAME_LENGTH)));
  const seq = first - 1 + commitsIn(frames);
  if (seq < first) throw corrupt("a record has no commit");
  return { before: text.slice(0, NAME_LENGTH), frames, seq, units: text.length };
}

/**
 * The records after a commit up to another one.
 *
 * @throws {DataError} With code `"corrupt"` when one is missing.
 */
export function* recordsAfter(
  cells: AreaCells,
  seq: number,
  last: number,
): Generator<AreaRecord, void, undefined> {
  for (let at = seq; at < last;) {
    const record = recordAt(cells, at + 1);
    if (!record) throw corrupt(`commit ${at + 1} is missing`);
    yield record;
    at = record.seq;
  }
}

/** The snapshot, with the last commit in it. */
export interface AreaSnapshot {
  readonly frames: readonly Frame[];
  readonly seq: number;
  readonly bytes: Bytes;
  /** The UTF-16 units that it takes. */
  readonly units: number;
}

/** @throws {DataError} With code `"corrupt"` when it is not there. */
export function snapshotIn(cells: AreaCells): AreaSnapshot {
  const text = cells.get(SNAPSHOT);
  if (text === undefined) throw corrupt("its snapshot is missing");
  const bytes = bytesOf(text);
  const frames = wholeFrames(bytes);
  return { frames, seq: headSeq(frames[0]) + commitsIn(frames), bytes, units: text.length };
}

/** All bytes that can be read, whatever they are. */
export function legibleIn(cells: AreaCells): Bytes {
  const texts = recordsIn(cells.names()).map((first) => cells.get(`${first}`) ?? "");
  const records = texts.map((text) => legibleBytes(text.slice(NAME_LENGTH)));
  return joined([legibleBytes(cells.get(SNAPSHOT) ?? ""), ...records]);
}

/** Removes records whose commits are all in the snapshot; gives the units of the others. */
export function removeRecords(cells: AreaCells, seq: number): number {
  let units = 0;
  for (const first of recordsIn(cells.names())) {
    if (first <= seq) cells.remove(`${first}`);
    else units += cells.get(`${first}`)?.length ?? 0;
  }
  return units;
}

function commitsIn(frames: readonly Frame[]): number {
  return frames.filter(({ kind }) => kind === KIND.commit).length;
}

/** All bytes of some parts. */
export function joined(parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The last commit of a snapshot. */
export function lastOf(snapshot: readonly Bytes[]): number {
  return headSeq(wholeFrames(snapshot[0] ?? new Uint8Array())[0]);
}
