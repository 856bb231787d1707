import { DataError } from "../../schema/errors.ts";
import type { Frame } from "./frame.ts";
import { result, type Stores } from "./idb_connection.ts";
import { corrupt } from "./record.ts";
import { wholeFrames } from "./scan.ts";
import type { Bytes } from "./storage.ts";
import type { Turn } from "./turn.ts";

/** Which snapshot counts. */
export interface Head {
  readonly format: 1;
  /** The first part of the keys of its pieces. */
  readonly snapshot: number;
  /** The last commit in it. */
  readonly seq: number;
  readonly sizeBytes: number;
}

/** What a step writes: the frames of its commits, by the number of the last one. */
export interface Step {
  readonly seq: number;
  readonly record: ArrayBuffer;
}

/** Whether something is a step. */
export function isStep(value: unknown): value is Step {
  const step = value as Partial<Step> | null | undefined; // looked at here
  return typeof step?.seq === "number" && step.record instanceof ArrayBuffer;
}

/** What one look finds. */
export interface Looked {
  readonly head: Head | undefined;
  readonly turn: Turn | undefined;
  /** Of the log, those after the commit that was seen last. */
  readonly records: readonly unknown[];
}

/** Reads what there is besides the snapshot. */
export async function look({ state, log }: Stores, seq: number): Promise<Looked> {
  const [head, turn, records] = await Promise.all([
    result(state.get("head")),
    result(state.get("turn")),
    result(log.getAll(IDBKeyRange.lowerBound(seq, true))),
  ]);
  return { head: headOf(head), turn, records };
}

/** Pieces of a snapshot that are read at a time. */
const PAGE = 16;

/** Reads a snapshot, a few pieces at a time. */
export async function readChunks({ chunks }: Stores, { snapshot }: Head): Promise<unknown[]> {
  const all: unknown[] = [];
  for (;;) {
    const range = IDBKeyRange.bound([snapshot, all.length], [snapshot, Infinity]);
    const page = await result(chunks.getAll(range, PAGE));
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

/** The keys of the pieces of one snapshot. */
export function keysOf(snapshot: number): IDBKeyRange {
  return IDBKeyRange.bound([snapshot], [snapshot, Infinity]);
}

/** What a record says, as a head. */
export function headOf(value: unknown): Head | undefined {
  if (value === undefined) return undefined;
  const head = value as Partial<Head> | null; // looked at below
  if (typeof head?.format === "number" && head.format > 1) {
    throw new DataError(
      "version",
      "Cannot open the database as this version reads it: its format is newer",
    );
  }
  if (typeof head?.snapshot === "number" && typeof head.seq === "number") {
    return head as Head; // it has these, and the size is but an estimate
  }
  throw corrupt("what it says of itself has another form");
}

/** The frames of some records. */
export function framesIn(records: readonly unknown[]): Frame[] {
  return records.flatMap((record) => wholeFrames(bytesOf(record)));
}
function bytesOf(record: unknown): Bytes {
  if (record instanceof ArrayBuffer) return new Uint8Array(record);
  throw corrupt("a record is no bytes");
}

/** The bytes of some frames as one record. */
export function recordOf(frames: readonly Bytes[]): ArrayBuffer {
  const [only] = frames;
  // It is copied when it is stored.
  const whole = only && frames.length === 1 && only.length === only.buffer.byteLength;
  return (whole ? only : joined(frames)).buffer;
}

/** All bytes of some records, whatever they are. */
export function bytesIn(records: readonly unknown[]): Bytes {
  return joined(
    records.map((record) =>
      record instanceof ArrayBuffer ? new Uint8Array(record) : new Uint8Array()
    ),
  );
}

function joined(parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Bytes of some parts. */
export function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Bytes of some frames. */
export function sizeOfFrames(frames: readonly Frame[]): number {
  return frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** The frames of a snapshot in pieces of about that many bytes. */
export function packed(frames: readonly Bytes[], pieceBytes: number): Bytes[][] {
  const pieces: Bytes[][] = [];
  let left = 0;
  for (const frame of frames) {
    if (left < frame.length) {
      pieces.push([]);
      left = pieceBytes;
    }
    pieces.at(-1)?.push(frame);
    left -= frame.length;
  }
  return pieces;
}

/** A number that no snapshot and no table has had. */
export async function newNumber({ state }: Stores): Promise<number> {
  const next = await result(state.get("next"));
  const number = typeof next === "number" ? next : 1;
  state.put(number + 1, "next");
  return number;
}

/** Whether a record is one that was written here. */
function isSame(found: unknown, record: ArrayBuffer): boolean {
  if (!(found instanceof ArrayBuffer) || found.byteLength !== record.byteLength) return false;
  const other = new Uint8Array(record);
  return new Uint8Array(found).every((byte, i) => byte === other[i]);
}

/**
 * Whether a step that was cut off is there.
 *
 * @throws {DataError} With code `"unavailable"` when it was folded away, whoever wrote it.
 */
export async function isCommitted(
  { state, log }: Stores,
  { seq, record }: Step,
): Promise<boolean> {
  if (isSame(await result(log.get(seq)), record)) return true;
  if ((headOf(await result(state.get("head")))?.seq ?? 0) < seq) return false;
  throw new DataError(
    "unavailable",
    "Cannot commit to the database as its connection lasts: it was cut off",
    { committed: "unknown" },
  );
}
