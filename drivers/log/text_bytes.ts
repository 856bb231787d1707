import { corrupt } from "./record.ts";
import type { Bytes } from "./storage.ts";

/**
 * Bytes in a text, 15 bits a UTF-16 unit: quotas count units, and base64 would take 2.5 times as many.
 * All units lie below the surrogates, which not every storage keeps.
 */
const FIRST = 0x4000;
const UNIT_BITS = 15;
const UNITS = 1 << UNIT_BITS;
const LITTLE = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes as text: how many bits of the last unit count, then the units. */
export function textOf(bytes: Uint8Array): string {
  const units = new Uint16Array(1 + Math.ceil(bytes.length * 8 / UNIT_BITS));
  let [at, held, count] = [1, 0, 0];
  for (const byte of bytes) {
    held = held << 8 | byte;
    count += 8;
    if (count < UNIT_BITS) continue;
    count -= UNIT_BITS;
    units[at++] = FIRST + (held >>> count);
    held &= (1 << count) - 1;
  }
  if (count > 0) units[at] = FIRST + (held << UNIT_BITS - count);
  units[0] = FIRST + (count || UNIT_BITS);
  return new TextDecoder(LITTLE ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(units);
}

/**
 * The bytes that {@linkcode textOf} made a text of.
 *
 * @throws {DataError} With code `"corrupt"` when it is another text.
 */
export function bytesOf(text: string): Bytes {
  const last = text.charCodeAt(0) - FIRST;
  const bits = (text.length - 2) * UNIT_BITS + last;
  if (!(last <= UNIT_BITS && bits >= 0) || bits % 8 !== 0) throw corrupt("a text holds no bytes");
  const bytes = new Uint8Array(bits / 8);
  unpack(text, bytes, () => {
    throw corrupt("a text holds no bytes");
  });
  return bytes;
}

/** All that can be read of a text, zeros for what is none of ours. */
export function legibleBytes(text: string): Bytes {
  const bytes = new Uint8Array(Math.floor(Math.max(0, text.length - 1) * UNIT_BITS / 8));
  unpack(text, bytes, () => {});
  return bytes;
}

function unpack(text: string, bytes: Bytes, wrong: () => void): void {
  let [at, held, count] = [0, 0, 0];
  for (let i = 1; i < text.length; i++) {
    let unit = text.charCodeAt(i) - FIRST;
    if (unit < 0 || unit >= UNITS) {
      wrong();
      unit = 0;
    }
    held = held << UNIT_BITS | unit;
    count += UNIT_BITS;
    while (count >= 8 && at < bytes.length) {
      count -= 8;
      bytes[at++] = held >>> count;
      held &= (1 << count) - 1;
    }
    if (at === bytes.length) count = held = 0; // what fills up the last unit
  }
}
