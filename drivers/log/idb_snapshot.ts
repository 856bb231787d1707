import { result, type Stores } from "./idb_connection.ts";
import {
  framesIn,
  type Head,
  headOf,
  keysOf,
  newNumber,
  packed,
  recordOf,
  sizeOf,
} from "./idb_records.ts";
import { headSeq } from "./record.ts";
import type { Bytes } from "./storage.ts";

/** A piece of a snapshot, about; those of a larger one are written before it is put in place. */
const PIECE_BYTES = 1 << 20;

/** A snapshot that is to take the place of another. */
export interface NewSnapshot {
  /** The last commit of the log that is in it. */
  readonly seq: number;
  readonly frames: readonly Bytes[];
  /** Whether a commit after that is in its way. */
  readonly alone: boolean;
  /** The number of the snapshot whose place it takes. */
  readonly before: number | undefined;
  /** Takes part in the step that puts it in place. */
  readonly also: ((stores: Stores) => Promise<void>) | undefined;
}

/** Puts a snapshot in place in one step; gives its number, undefined where something was in its way. */
export async function placeSnapshot(
  transact: (body: (stores: Stores) => Promise<number | undefined>) => Promise<number | undefined>,
  { seq, frames, alone, before, also }: NewSnapshot,
): Promise<number | undefined> {
  const pieces = packed(frames, PIECE_BYTES);
  const rest = pieces.pop() ?? [];
  let snapshot: number | undefined;
  for (const [i, piece] of pieces.entries()) {
    snapshot = await transact(async (stores) => {
      const number = snapshot ?? await newNumber(stores);
      stores.chunks.put(recordOf(piece), [number, i]);
      return number;
    });
  }
  const last = headSeq(framesIn(frames.slice(0, 1).map((frame) => frame.buffer))[0]);
  let tried: number | undefined;
  return await transact(async (stores) => {
    const { state, chunks, log } = stores;
    const [head, { length }] = await Promise.all([
      result(state.get("head")),
      result(log.getAllKeys(IDBKeyRange.lowerBound(seq, true), 1)),
    ]);
    const found = headOf(head)?.snapshot;
    if (found !== undefined && found === tried) return tried; // it was, and then the connection was cut
    const number = snapshot ?? await newNumber(stores);
    if (found !== before || alone && length > 0) {
      chunks.delete(keysOf(number));
      return undefined;
    }
    chunks.put(recordOf(rest), [number, pieces.length]);
    // Those before it, and what an unfinished fold of others has left.
    chunks.delete(IDBKeyRange.upperBound([number], true));
    chunks.delete(IDBKeyRange.lowerBound([number, Infinity], true));
    log.delete(IDBKeyRange.upperBound(seq));
    const placed: Head = { format: 1, snapshot: number, seq: last, sizeBytes: sizeOf(frames) };
    state.put(placed, "head");
    await also?.(stores);
    return tried = number;
  });
}
