import { DataError } from "../../schema/errors.ts";
import { type AreaCells, recordsIn, ROOM, SNAPSHOT } from "./area_cells.ts";
import { joined, snapshotIn } from "./area_records.ts";
import { NAME_LENGTH } from "./area_revision.ts";
import { bytesOf, textOf } from "./text_bytes.ts";

/** UTF-16 units that are kept free. */
const ROOM_UNITS = 1 << 14;

/** Whether there is no space, and nothing has changed. */
export function isFull(error: unknown): boolean {
  return error instanceof DataError && error.code === "full";
}

/** Writes an item where there is space; false when there is none. */
export function setIfFits(cells: AreaCells, name: string, text: string): boolean {
  try {
    cells.set(name, text);
    return true;
  } catch (error) {
    if (isFull(error)) return false;
    throw error;
  }
}

/** Takes space that is kept for deletes and for moving a record of so many units, where there is as much. */
export function keepRoom(cells: AreaCells, units = 0): void {
  const wanted = Math.max(units, ROOM_UNITS);
  if ((cells.get(ROOM)?.length ?? 0) < wanted) setIfFits(cells, ROOM, "x".repeat(wanted));
}

/**
 * Puts a snapshot of everything up to `seq` in the place of the old one, all or nothing; false when there is
 * no space, although records up to there went into the old one.
 *
 * ```text
 * snapshot | record | record | room            what a new snapshot takes more than the old one
 *                                              has to fit into the room
 * snapshot + record | record | room            so records move into the old one, as many as fit
 * snapshot + record + record | room            at a time; the new one is no larger than that
 * ```
 */
export function placeSnapshot(cells: AreaCells, text: string, seq: number): boolean {
  if (setIfFits(cells, SNAPSHOT, text)) return true;
  cells.remove(ROOM);
  if (setIfFits(cells, SNAPSHOT, text)) return true;
  moveRecords(cells, seq);
  return setIfFits(cells, SNAPSHOT, text);
}

function moveRecords(cells: AreaCells, seq: number): void {
  const snapshot = snapshotIn(cells);
  let bytes = snapshot.bytes;
  const records = recordsIn(cells.names()).filter((first) => first <= seq);
  // What is in it already was to be removed.
  while ((records[0] ?? Infinity) <= snapshot.seq) cells.remove(`${records.shift()}`);
  for (let count = records.length; count > 0;) {
    const some = records.slice(0, count);
    const parts = some.map((first) => bytesOf((cells.get(`${first}`) ?? "").slice(NAME_LENGTH)));
    const next = joined([bytes, ...parts]);
    if (!setIfFits(cells, SNAPSHOT, textOf(next))) {
      count >>= 1;
      continue;
    }
    bytes = next;
    for (const first of some) cells.remove(`${first}`);
    records.splice(0, count);
    count = Math.min(count, records.length);
  }
}

/** The error of a storage that swallows what is written. */
export function noStorage(): DataError {
  return new DataError(
    "unavailable",
    "Cannot write to the database as its storage keeps it: what was written is not there",
  );
}
