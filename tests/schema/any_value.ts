/**
 * Random values of every kind that the codec keeps, and a text that tells any two apart.
 *
 * @module
 */
import fc from "fast-check";

/** Any UTF-16, lone surrogates and U+0000 included. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
);

/** Text that a json column takes. */
export const wellFormedText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
);

const NASTY_KEYS = ["$", "$$", "$$$", "$a", "a$", "__proto__", "constructor", "toString", "", "0"];

const VIEWS: readonly {
  readonly BYTES_PER_ELEMENT?: number;
  new (buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView;
}[] = [
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
  BigUint64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  BigInt64Array,
  Float16Array,
  Float32Array,
  Float64Array,
  DataView,
];
const ERRORS = [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];
const PATTERNS = [
  /a/,
  /[^/]\/(?<name>.)\p{L}/giu,
  new RegExp(""),
  /\n/dmsy,
  new RegExp(String.raw`[\q{ab}--a]`, "v"),
];

/** A value of whatever kind, nested, with strings and keys from `text`. */
export function anyValue(text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const bytes = fc.uint8Array({ maxLength: 32 });
  const key = fc.oneof(text, fc.constantFrom(...NASTY_KEYS));
  return fc.letrec((tie) => ({
    leaf: fc.oneof(
      fc.constantFrom(null, undefined, true, false, NaN, Infinity, -Infinity, -0, 0),
      fc.double(),
      fc.integer(),
      fc.bigInt(),
      text,
      fc.date({ noInvalidDate: false }),
      fc.constantFrom(...PATTERNS),
      fc.webUrl().map((url) => new URL(url)),
      bytes.map((all) => new Uint8Array(all).buffer),
      fc.tuple(bytes, fc.constantFrom(...VIEWS)).map(([all, View]) => {
        // A window into a larger buffer, of whole elements.
        const buffer = new Uint8Array([...new Uint8Array(8), ...all]).buffer;
        return new View(buffer, 8, Math.floor(all.length / (View.BYTES_PER_ELEMENT ?? 1)));
      }),
    ),
    list: fc.array(tie("value"), { maxLength: 5 }),
    holes: fc.array(fc.option(tie("value")), { maxLength: 5 }).map((items) => {
      items.forEach((item, i) => item === null && delete items[i]);
      return items;
    }),
    object: fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map(Object.fromEntries),
    bare: fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map((entries) =>
      Object.setPrototypeOf(Object.fromEntries(entries), null)
    ),
    map: fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 })
      .map((entries) => new Map(entries as [unknown, unknown][])),
    set: fc.array(tie("value"), { maxLength: 4 }).map((items) => new Set(items)),
    error: fc.tuple(fc.constantFrom(...ERRORS), text, fc.option(text), fc.option(tie("value")))
      .map(([Class, message, name, cause]) => {
        const error = new Class(message, cause === null ? undefined : { cause });
        // A name of its own; only Error itself has no class to fall back to.
        if (name !== null && Class === Error && !ERRORS.some((each) => each.name === name)) {
          Object.defineProperty(error, "name", { value: name });
        }
        return error;
      }),
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      tie("leaf"),
      tie("list"),
      tie("holes"),
      tie("object"),
      tie("bare"),
      tie("map"),
      tie("set"),
      tie("error"),
    ),
  })).value;
}

/** A text that is the same for two values only if nothing tells them apart, but for a prototype of null. */
export function describe(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? "Object";
  return `${name}(${describeContent(value)})`;
}

function describeContent(value: object): string {
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof RegExp) return `${value}`;
  if (value instanceof URL) return value.href;
  if (value instanceof ArrayBuffer) return new Uint8Array(value).join();
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).join();
  }
  if (value instanceof Map) return [...value].map(describe).join();
  if (value instanceof Set) return [...value].map(describe).join();
  if (value instanceof Error) {
    const cause = "cause" in value ? describe(value.cause) : "none";
    return `${describe(value.name)},${describe(value.message)},${cause}`;
  }
  if (Array.isArray(value)) {
    return Array.from(value, (item, i) => i in value ? describe(item) : "hole").join();
  }
  return Object.keys(value).map((key) => {
    const part: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
    return `${JSON.stringify(key)}:${describe(part)}`;
  }).join();
}

/** Every object in `value`, itself included: what a deep copy must share none of. */
export function objectsIn(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  if (ArrayBuffer.isView(value)) found.add(value.buffer);
  const parts: unknown[] = value instanceof Map
    ? [...value].flat()
    : value instanceof Set
    ? [...value]
    : value instanceof Error
    ? [value.cause]
    : ArrayBuffer.isView(value)
    ? []
    : Object.values(value);
  parts.forEach((part) => objectsIn(part, found));
  return found;
}
