/**
 * The frames that a resident database is stored in:
 *
 * ```text
 * byte   0..3   "STRA"
 *        4      version of the format, 1
 *        5      kind
 *        6      flags; bit 0: a reader that doesn't know the kind must not go on
 *        7      CRC-8 of bytes 0..6 and 8..11
 *        8..11  length of the payload, little-endian
 *       12..15  CRC-32 of bytes 0..11 and the payload, little-endian
 *       16..    payload: text of the codec as UTF-8
 * ```
 *
 * A database is `head chunk* end commit*`. Frames of unknown kinds that may be passed by are kept.
 *
 * @module
 */
import { DataError } from "../../schema/errors.ts";
import { crc32 } from "./crc32.ts";

/** The kinds of frames. */
export const KIND = { head: 1, chunk: 2, end: 3, commit: 4 } as const;

/** A frame whose checksum is right. */
export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** All of its bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Bytes of a frame before its payload. */
const HEADER = 16;
const VERSION = 1;
const MAGIC = [0x53, 0x54, 0x52, 0x41];
const MUST_UNDERSTAND = 1;
const CHECK_AT = 7;
const CHECKED = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11];

/** The bytes of a frame; all kinds of ours have to be understood. */
export function frameBytes(
  kind: number,
  text: string,
  flags = MUST_UNDERSTAND,
): Uint8Array<ArrayBuffer> {
  const bytes = encodedBehind(HEADER, text);
  const payload = bytes.subarray(HEADER);
  bytes.set(MAGIC);
  bytes.set([VERSION, kind, flags], MAGIC.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, payload.length, true);
  bytes[CHECK_AT] = headerCheck(bytes, 0);
  view.setUint32(12, crc32(payload, crc32(bytes.subarray(0, 12))), true);
  return bytes;
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** A text as UTF-8 behind some free bytes. Where all of it is ASCII, nothing is copied. */
function encodedBehind(free: number, text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(free + text.length);
  const { read, written } = encoder.encodeInto(text, bytes.subarray(free));
  if (read === text.length) return bytes;
  const rest = encoder.encode(text.slice(read));
  const all = new Uint8Array(free + written + rest.length);
  all.set(bytes.subarray(0, free + written));
  all.set(rest, free + written);
  return all;
}

/** What stands at a place: a frame, the end, an unfinished write, or damage. */
export type Found = Frame | "end" | "torn" | "damaged";

/** CRC-8, polynomial 0x07: a damaged length is not to look like an unfinished write. */
function headerCheck(bytes: Uint8Array, at: number): number {
  let crc = 0;
  for (const i of CHECKED) {
    crc ^= bytes[at + i] ?? 0;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1 ^ (crc & 0x80 ? 0x07 : 0)) & 0xff;
  }
  return crc;
}

function hasMagic(bytes: Uint8Array, at: number): boolean {
  return MAGIC.every((byte, i) => bytes[at + i] === byte);
}

/**
 * The frame that begins at a place.
 *
 * What a crash leaves of the last write is `torn`: too short, or ending in zeros. All other bytes that
 * are no frame are `damaged`.
 *
 * @throws {DataError} With code `"version"` when it has a newer format or must be understood and is not.
 */
export function frameAt(bytes: Uint8Array<ArrayBuffer>, at: number): Found {
  const left = bytes.length - at;
  if (left <= 0) return "end";
  const zerosFrom = (from: number) => bytes.subarray(from).every((byte) => byte === 0);
  // Of a frame that was begun the first bytes may be there, and zeros or nothing behind them.
  const begun = MAGIC.findIndex((byte, i) => bytes[at + i] !== byte);
  if (begun >= 0) return zerosFrom(at + begun) ? "torn" : "damaged";
  if (left < HEADER) return "torn";
  if (headerCheck(bytes, at) !== bytes[at + CHECK_AT]) {
    return zerosFrom(at + HEADER) ? "torn" : "damaged";
  }
  const [version = 0, kind = 0, flags = 0] = bytes.subarray(at + MAGIC.length);
  if (version > VERSION) throw newer("its format is newer");
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, left);
  const length = view.getUint32(8, true);
  if (HEADER + length > left) return nextFrame(bytes, at + 1) < 0 ? "torn" : "damaged";
  const own = bytes.subarray(at, at + HEADER + length);
  const payload = own.subarray(HEADER);
  if (crc32(payload, crc32(own.subarray(0, 12))) !== view.getUint32(12, true)) {
    return zerosFrom(at + HEADER + length - 1) ? "torn" : "damaged";
  }
  const frame = { kind, payload, bytes: own };
  if (isUnknown(frame) && flags & MUST_UNDERSTAND) throw newer("a part is of an unknown kind");
  return frame;
}

/** Where the next frame begins whose checksum is right; -1 when there is none. */
export function nextFrame(bytes: Uint8Array<ArrayBuffer>, from: number): number {
  for (
    let at = bytes.indexOf(MAGIC[0] ?? 0, from);
    at >= 0;
    at = bytes.indexOf(MAGIC[0] ?? 0, at + 1)
  ) {
    if (!hasMagic(bytes, at) || bytes.length - at < HEADER) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
    const length = view.getUint32(8, true);
    if (HEADER + length > bytes.length - at) continue;
    const own = bytes.subarray(at, at + HEADER + length);
    if (crc32(own.subarray(HEADER), crc32(own.subarray(0, 12))) === view.getUint32(12, true)) {
      return at;
    }
  }
  return -1;
}

/** Whether a frame is of a kind that a later version has, and that is kept as it is. */
export function isUnknown({ kind }: Frame): boolean {
  return kind < KIND.head || kind > KIND.commit;
}

/** Whether two frames have the same bytes; those of their headers say so. */
export function isSameFrame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < HEADER; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The text of a frame. */
export function frameText({ payload }: Frame): string {
  return new TextDecoder().decode(payload);
}

function newer(state: string): DataError {
  return new DataError("version", `Cannot open the database as this version reads it: ${state}`);
}
