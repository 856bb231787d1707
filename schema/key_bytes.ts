/**
 * Keys as bytes that sort as the values do: for stores that know no types, and for commit
 * records. The format is frozen; tests hold it with vectors.
 *
 * Each part begins with a tag and none is the beginning of another, so a compound key is
 * its parts one after the other, and the bytes of the first parts are a prefix to search by.
 *
 * ```text
 * null            10
 * boolean         20 false, 21 true
 * integer, real   30, float64: sign bit flipped if positive, all bits if negative
 * bigint          40, int64 with the sign bit flipped
 * date            50, milliseconds as float64 in the same way
 * text            60, UTF-8,     00     in both 00 is written as 01 01 and 01 as 01 02,
 * bytes           70, the bytes, 00     which keeps the order and leaves 00 to end them
 * ```
 *
 * Integer and real share a form, so their keys compare with each other by value. All numbers
 * are big-endian.
 *
 * @module
 */

/** The types of columns that a key can have. */
export type KeyType = "text" | "integer" | "real" | "bigint" | "boolean" | "date" | "bytes";

const NULL = 0x10;
const TAGS: Readonly<Record<KeyType, number>> = {
  boolean: 0x20,
  integer: 0x30,
  real: 0x30,
  bigint: 0x40,
  date: 0x50,
  text: 0x60,
  bytes: 0x70,
};

// Pure, so that who compares bytes alone doesn't bundle the rest.
const encoder = /* @__PURE__ */ new TextEncoder();
// Without ignoreBOM a U+FEFF at the beginning of a text would be lost.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const eight = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** Appends the eight bytes, with the first bit or all bits flipped. */
function pushEight(out: number[], flip: boolean): void {
  for (let i = 0; i < 8; i++) out.push(eight.getUint8(i) ^ (flip ? 0xff : i === 0 ? 0x80 : 0));
}

function pushNumber(out: number[], value: number): void {
  eight.setFloat64(0, value + 0); // -0 becomes 0
  pushEight(out, value < 0);
}

function pushBytes(out: number[], bytes: Uint8Array): void {
  for (const byte of bytes) {
    if (byte < 2) out.push(1, byte + 1);
    else out.push(byte);
  }
  out.push(0);
}

function pushPart(out: number[], value: unknown, type: KeyType | undefined): void {
  const tag = type ? TAGS[type] : 0;
  out.push(value === null ? NULL : value === true ? tag + 1 : tag);
  if (type && value === null || type === "boolean" && typeof value === "boolean") return;
  if (type === "text" && typeof value === "string") pushBytes(out, encoder.encode(value));
  else if (type === "bytes" && value instanceof Uint8Array) pushBytes(out, value);
  else if (type === "date" && value instanceof Date) pushNumber(out, value.getTime());
  else if (tag === TAGS.real && typeof value === "number") pushNumber(out, value);
  else if (type === "bigint" && typeof value === "bigint") {
    eight.setBigInt64(0, value);
    pushEight(out, false);
  } else {
    throw new TypeError(`Cannot write a part of a key as ${type ?? "none"}: got ${typeof value}`);
  }
}

/**
 * The bytes of a key whose parts have the types at the same places; fewer parts than types
 * give the prefix of all keys that begin with those parts. Nothing gives no bytes.
 *
 * The parts are values that a column of the type takes, or null: the rules that go beyond
 * `typeof` (no NaN, int64, no lone surrogate) have been checked when the value came in.
 *
 * @throws {TypeError} When a part has another type, or when there are more parts than types.
 */
export function keyBytes(
  parts: readonly unknown[],
  types: readonly KeyType[],
): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  parts.forEach((part, i) => pushPart(out, part, types[i]));
  return new Uint8Array(out);
}

function malformed(): SyntaxError {
  return new SyntaxError("Cannot parse bytes as a key: malformed");
}

/**
 * The parts of a key, one for each type. Integers are safe ones, dates valid, bytes in
 * memory of their own.
 *
 * @throws {SyntaxError} When the bytes are none that {@linkcode keyBytes} gives for as many
 * parts of these types.
 */
export function parseKey(bytes: Uint8Array, types: readonly KeyType[]): unknown[] {
  let at = 0;
  const next = (): number => {
    const byte = bytes[at++];
    if (byte === undefined) throw malformed();
    return byte;
  };
  const readEight = (float: boolean): void => {
    const first = next();
    const flip = float && first < 0x80 ? 0xff : 0;
    eight.setUint8(0, first ^ (flip || 0x80));
    for (let i = 1; i < 8; i++) eight.setUint8(i, next() ^ flip);
  };
  const readBytes = (): Uint8Array<ArrayBuffer> => {
    const out: number[] = [];
    for (let byte = next(); byte !== 0; byte = next()) {
      if (byte === 1) {
        byte = next() - 1;
        if (byte >>> 1) throw malformed();
      }
      out.push(byte);
    }
    return new Uint8Array(out);
  };
  const parts = types.map((type) => {
    const tag = next();
    if (tag === NULL) return null;
    if (type === "boolean" && tag === TAGS.boolean + 1) return true;
    if (tag !== TAGS[type]) throw malformed();
    switch (type) {
      case "boolean":
        return false;
      case "bigint":
        readEight(false);
        return eight.getBigInt64(0);
      case "bytes":
        return readBytes();
      case "text":
        try {
          return decoder.decode(readBytes());
        } catch {
          throw malformed();
        }
    }
    readEight(true);
    const number = eight.getFloat64(0);
    const date = new Date(number);
    const fits = type === "date"
      ? date.getTime() === number
      : type === "integer"
      ? Number.isSafeInteger(number)
      : !Number.isNaN(number);
    if (!fits || Object.is(number, -0)) throw malformed();
    return type === "date" ? date : number;
  });
  if (at < bytes.length) throw malformed();
  return parts;
}

/**
 * The smallest byte string after all that begin with `bytes`, as the end of a range that
 * leaves its end out. Undefined where nothing comes after: for no bytes, or for 0xFF alone.
 */
export function prefixEnd(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const last = bytes.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return undefined;
  const end = bytes.slice(0, last + 1);
  end[last] = (bytes[last] ?? 0) + 1;
  return end;
}

/** Byte by byte, as memcmp: negative, 0 or positive. The shorter is first if it begins the longer. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
