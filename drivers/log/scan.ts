import { type Frame, frameAt, nextFrame } from "./frame.ts";
import { corrupt } from "./record.ts";
import type { Bytes } from "./storage.ts";

/** The frames from a place on, and where they end. */
export interface Scanned {
  readonly frames: readonly Frame[];
  /** Where the next frame may be written: before what an unfinished write has left. */
  readonly end: number;
}

/**
 * Reads frames up to the end, or up to what a crash has left of the last write.
 *
 * @throws {DataError} With code `"corrupt"` when what is no frame is not the rest of a write.
 */
export function scan(bytes: Bytes, from = 0): Scanned {
  const frames: Frame[] = [];
  let at = from;
  for (;;) {
    const found = frameAt(bytes, at);
    if (found === "damaged") throw corrupt(`bytes ${at} and on are damaged`);
    if (typeof found === "string") return { frames, end: at };
    frames.push(found);
    at += found.bytes.length;
  }
}

/**
 * The frames of bytes that are written whole or not at all.
 *
 * @throws {DataError} With code `"corrupt"` when they are not whole.
 */
export function wholeFrames(bytes: Bytes): readonly Frame[] {
  const { frames, end } = scan(bytes);
  if (end < bytes.length) throw corrupt(`bytes ${end} and on are missing`);
  return frames;
}

/** All frames whose checksum is right, whatever is between them. */
export function* readable(bytes: Bytes): Generator<Frame, void, undefined> {
  for (let at = 0; at >= 0 && at < bytes.length;) {
    const found = legible(bytes, at);
    if (found) yield found;
    at = found ? at + found.bytes.length : nextFrame(bytes, at + 1);
  }
}

function legible(bytes: Bytes, at: number): Frame | undefined {
  try {
    const found = frameAt(bytes, at);
    return typeof found === "string" ? undefined : found;
  } catch {
    return undefined; // of a later version
  }
}
