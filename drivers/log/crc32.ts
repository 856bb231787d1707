/** How many bytes are taken at a time. */
const STEP = 8;
/**
 * The table of the reflected polynomial 0xEDB88320, as in gzip and PNG, and behind it those of a byte that
 * 1 to 7 zeros follow.
 */
const TABLE: Int32Array = /* @__PURE__ */ makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(256 * STEP);
  for (let i = 0; i < table.length; i++) {
    let value = i < 256 ? i : table[i - 256] ?? 0;
    if (i >= 256) table[i] = value >>> 8 ^ (table[value & 0xff] ?? 0);
    else {
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? value >>> 1 ^ 0xedb88320 : value >>> 1;
      table[i] = value;
    }
  }
  return table;
}

/**
 * The CRC-32 of some bytes; `before` is that of what comes before them.
 *
 * @see {@link https://create.stephan-brumme.com/crc32/} Slicing by 8.
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const table = TABLE;
  const { length } = bytes;
  const at = (i: number): number => bytes[i] ?? 0;
  const of = (place: number, byte: number): number => table[place << 8 | byte & 0xff] ?? 0;
  let crc = ~before;
  let i = 0;
  for (; i + STEP <= length; i += STEP) {
    const first = crc ^ (at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24);
    crc = of(7, first) ^ of(6, first >>> 8) ^ of(5, first >>> 16) ^ of(4, first >>> 24) ^
      of(3, at(i + 4)) ^ of(2, at(i + 5)) ^ of(1, at(i + 6)) ^ of(0, at(i + 7));
  }
  for (; i < length; i++) crc = crc >>> 8 ^ of(0, crc ^ at(i));
  return ~crc >>> 0;
}
