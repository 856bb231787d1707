import type { ColumnType } from "../reference/model.ts";

/**
 * The values that data and operands are drawn from: few, so that predicates hit and values
 * repeat, and hostile, as the value rules list them. A smaller index is a plainer value,
 * because failing cases shrink towards zero.
 *
 * @module
 */

/** Names of tables, columns, aliases, params: unique after ASCII lower-casing. */
export const NAMES: readonly string[] = [
  "a",
  "b",
  "c",
  "d",
  "e",
  "f",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "order",
  "select",
  "a b",
  'a"b',
  "a'b",
  "a]b",
  "é",
  "\u{1F600}",
  "$",
  "Value",
  "x".repeat(63),
];

const TEXTS = [
  "a",
  "A",
  "b",
  "",
  "ab",
  "aB",
  "á",
  "Á",
  "%",
  "_",
  "a%",
  "*",
  "[",
  "\\",
  "'",
  '"',
  "\uFF5E",
  "\u{1F600}",
  "\uFB01",
  "İ",
  "ß",
  "a\u0301",
  "\uE000b",
  "ΑΣ",
  "1",
];
const INTEGERS = [0, 1, 2, 3, -1, 10, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53 - 1)];
const REALS = [
  0,
  1,
  0.5,
  2,
  -1.5,
  0.1 + 0.2,
  0.3,
  1e308,
  5e-324,
  Infinity,
  -1e308,
  -Infinity,
  1e16,
];
const BIGINTS = [0n, 1n, 2n, -1n, 3n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const DATES = [0, 1, 86_400_000, -1, -62_198_755_200_000, 253_402_300_799_999];
const BYTES = [[0], [1], [], [255], [0, 0], [0, 1], [1, 2, 3]];

/** Scalars that JSON columns and paths are compared with. */
const JSON_SCALARS = [null, 0, 1, "a", true, false, 2.5, "", "A", "1", "%", -1, "ab", "\u{1F600}"];

export const LONG_TEXT = "z".repeat(10_000);

const POOLS: Record<ColumnType, readonly unknown[]> = {
  text: TEXTS,
  integer: INTEGERS,
  real: REALS,
  boolean: [false, true],
  bigint: BIGINTS,
  date: DATES.map((ms) => new Date(ms)),
  bytes: BYTES.map((list) => Uint8Array.from(list)),
  json: JSON_SCALARS,
};

/** As many values of one type as one case uses, so that columns and operands meet. */
const WINDOW = 7;

/** The value at `index` among the few of `type` that begin at `shift`, counted round. */
export function pooled(type: ColumnType, index: number, shift: number): unknown {
  const pool = POOLS[type];
  return pool[(shift + (index % WINDOW)) % pool.length];
}

/** A key: one of the few values, or one of a row of plain ones so that tables get rows. */
export function pooledKey(type: ColumnType, index: number, shift: number): unknown {
  const plain = (index % 24) - WINDOW;
  return plain < 0 ? pooled(type, index % 24, shift) : plainKey(type, 20 + plain);
}

/** A key that no other `i` has. */
export function plainKey(type: ColumnType, i: number): unknown {
  if (type === "text") return `k${i}`;
  if (type === "bigint") return BigInt(i);
  if (type === "date") return new Date(i);
  return type === "bytes" ? Uint8Array.of(i & 255, ...i > 255 ? [i >> 8] : []) : i;
}

/** A scalar to compare with what a path into a document finds. */
export function pooledJson(holds: Holds, index: number): unknown {
  if (holds === "number" && index % 5 > 0) return [0, 1, 2.5, -3, 0.1, 1e16][index % 6];
  if (holds === "array" && index % 5 > 0) return [1, true, "1", "a", null, "á"][index % 6];
  if (holds === "text" && index % 5 > 0) return ["a", "A", "b", "ab", "%", ""][index % 6];
  return JSON_SCALARS[index % JSON_SCALARS.length];
}

/**
 * A JSON document. Most are objects with the keys that {@linkcode JSON_PATHS} names; the
 * digits of `index` choose what stands at each. `x` holds what only the codec keeps and no
 * path reaches.
 */
export function documentOf(index: number): unknown {
  if (index % 6 === 5) return ROOTS[Math.floor(index / 6) % ROOTS.length];
  const digits = `${index}`.padStart(6, "0").split("").map(Number).reverse();
  const [a, n, s, t, b, x] = [1, 2, 3, 4, 5, 0].map((place) => digits[place]!);
  const entries: [string, unknown][] = [["a", MIXED[(a! * 3 + x!) % MIXED.length]]];
  if (n! < 8) entries.push(["n", [0, 1, 2.5, null, 1, 0.1, -3, 1e16][n!]]);
  if (s! < 8) entries.push(["s", ["a", "b", "A", null, "", "ab", "%", "\u{1F600}"][s!]]);
  if (t! < 8) entries.push(["t", ARRAYS[t!]]);
  if (b! < 6) entries.push(["b", [{ s: "a" }, {}, { s: null, a: [1] }, [], "a", { s: "A" }][b!]]);
  if (b! > 7) entries.push(["__proto__", MIXED[s!]], ["constructor", "a"]);
  if (x! > 6) entries.push(["x", EXOTIC[(x! + n!) % EXOTIC.length]]);
  // fromEntries defines own properties, `__proto__` too.
  return Object.fromEntries(b! % 2 === 0 ? entries : entries.reverse());
}

const MIXED: readonly unknown[] = [
  0,
  "a",
  null,
  true,
  1,
  "1",
  {},
  false,
  [1],
  2.5,
  new Date(0),
  "A",
  { s: "a" },
  1n,
  -1,
];
const ARRAYS: readonly unknown[] = [
  ["a"],
  [],
  ["Á", "A", 1],
  [null, true, "1"],
  [["a"], { s: "a" }],
  "a",
  [1, 1],
  null,
];
const ROOTS: readonly unknown[] = [null, "a", 1, [], ["a", 1], true, "ab", new Date(0), {}, null];
function holed(): unknown[] {
  const list = [0, 1];
  delete list[0];
  return list;
}

const EXOTIC: readonly unknown[] = [
  undefined,
  NaN,
  Infinity,
  Uint8Array.of(1, 2),
  new Map<unknown, unknown>([["a", new Set([1n])]]),
  new Date(NaN),
  /a+/g,
  holed(),
  new URL("https://example.org/a"),
];

/** What a path into a document finds, so that sums get numbers and matches get text. */
export type Holds = "mixed" | "number" | "text" | "array" | "nothing";
export const JSON_PATHS: readonly (readonly [suffix: string, holds: Holds])[] = [
  [".s", "text"],
  [".n", "number"],
  [".a", "mixed"],
  [".t", "array"],
  [".b.s", "text"],
  ["", "mixed"],
  [".none", "nothing"],
  [".__proto__", "mixed"],
  [".constructor", "text"],
  [".toString", "nothing"],
  [".t.length", "nothing"],
  [".a.s", "text"],
];
