/**
 * The kinds of value that JSON has no form for, each as a tag and a list of parts. The tags
 * are a stored format: new ones may be added, none is ever changed.
 *
 * ```text
 * undefined nan inf -inf -0           no parts
 * bigint                              its decimal digits
 * date                                milliseconds since 1970, or NaN
 * regexp                              source, flags
 * map                                 key, value, key, value...
 * set                                 value...
 * error                               name, message, and the cause if there is one
 * url                                 href
 * buffer view u8 u8c u16 ... f64      the bytes as base64, little-endian
 * hole                                no parts; only in an array (see `codec.ts`)
 * ```
 *
 * @module
 */
import { fromBase64, toBase64 } from "./base64.ts";

/** A tag and the parts of a value. */
export type Kind = readonly [tag: unknown, ...parts: unknown[]];

interface Row {
  readonly tag: string;
  readonly Class: Class<unknown>;
  readonly take: (value: unknown) => readonly unknown[];
  readonly make: (parts: readonly unknown[]) => unknown;
}

/** A class as `instanceof` takes it, whatever its arguments. */
interface Class<V> {
  readonly name: string;
  readonly prototype: V;
  [Symbol.hasInstance](value: unknown): boolean;
}

// The empty tuple in the constraint makes arrays infer as tuples.
function row<V, P extends readonly unknown[] | []>(
  tag: string,
  Class: Class<V>,
  take: (value: V) => P,
  make: (parts: P) => V,
): Row {
  // take() is called on instances only. make() may get other parts than it says, from a
  // stored text: then it throws, or take() gives other parts than make() got.
  return { tag, Class, take, make } as unknown as Row;
}

function view<V extends ArrayBufferView>(
  tag: string,
  Class: Class<V> & (new (buffer: ArrayBuffer) => V),
): Row {
  return row(
    tag,
    Class,
    ({ buffer, byteOffset, byteLength }) => [
      toBase64(new Uint8Array(buffer, byteOffset, byteLength)),
    ],
    ([text]) => new Class(fromBase64(text)),
  );
}

const ERRORS = [TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError];

type ErrorParts = readonly [name: string, message: string, ...cause: unknown[]];

function takeError(error: Error): ErrorParts {
  const cause = Object.hasOwn(error, "cause") ? [error.cause] : [];
  return [String(error.name), String(error.message), ...cause];
}

function makeError([name, message, ...rest]: ErrorParts): Error {
  const Class = ERRORS.find((each) => each.name === name) ?? Error;
  const [cause] = rest;
  const error = new Class(message, rest.length > 0 ? { cause } : undefined);
  if (error.name !== name) {
    Object.defineProperty(error, "name", { value: name, writable: true, configurable: true });
  }
  return error;
}

function makeMap(flat: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1]);
  return map;
}

const ROWS: readonly Row[] = [
  row("date", Date, (date) => [date.getTime()], ([ms]) => new Date(ms)),
  row("map", Map, (map) => [...map].flat(), makeMap),
  row("set", Set, (set) => [...set], (items) => new Set(items)),
  row("error", Error, takeError, makeError),
  row("url", URL, (url) => [url.href], ([href]) => new URL(href)),
  row(
    "regexp",
    RegExp,
    (re) => [re.source, re.flags],
    ([source, flags]) => new RegExp(source, flags),
  ),
  row(
    "buffer",
    ArrayBuffer,
    (all) => [toBase64(new Uint8Array(all))],
    ([text]) => fromBase64(text),
  ),
  view("view", DataView),
  view("u8", Uint8Array),
  view("u8c", Uint8ClampedArray),
  view("u16", Uint16Array),
  view("u32", Uint32Array),
  view("u64", BigUint64Array),
  view("i8", Int8Array),
  view("i16", Int16Array),
  view("i32", Int32Array),
  view("i64", BigInt64Array),
  view("f32", Float32Array),
  view("f64", Float64Array),
  // The youngest: Node has it from 24.
  ...(typeof Float16Array === "function" ? [view("f16", Float16Array)] : []),
];

const BARE: readonly Kind[] = [
  ["undefined", undefined],
  ["nan", NaN],
  ["inf", Infinity],
  ["-inf", -Infinity],
  ["-0", -0],
];

/** The name of the class that made `value`, a subclass's too; the same in every realm. */
export function className(value: unknown): unknown {
  return Object.getPrototypeOf(value)?.constructor?.name;
}

/** What `value` is made of, or undefined if it is of no such kind. */
export function kindOf(value: unknown): Kind | undefined {
  const bare = BARE.find((each) => Object.is(each[1], value));
  if (bare) return [bare[0]];
  if (typeof value === "bigint") return ["bigint", String(value)];
  const name = className(value);
  // A class of somebody's own that extends one of these is another class; errors may.
  const row = ROWS.find(({ Class, tag }) =>
    (tag === "error" || Class.name === name) && value instanceof Class
  );
  return row && [row.tag, ...row.take(value)];
}

/**
 * The value of a kind. If it isn't equal to what {@linkcode kindOf} says of the value, then
 * the parts do not fit. Classes come from a closed list, never by name.
 *
 * @throws {Error} Of any class, when the tag is unknown or the parts do not fit.
 */
export function make([tag, ...parts]: Kind): unknown {
  if (tag === "bigint") return BigInt(String(parts[0]));
  const row = ROWS.find((each) => each.tag === tag);
  return row ? row.make(parts) : BARE.find((each) => each[0] === tag)?.[1];
}
