import {
  bigint,
  boolean,
  bytes,
  date,
  integer,
  json,
  real,
  type Schema,
  table,
  text,
} from "../../mod.ts";

export const users = table("users", {
  id: text().primaryKey(),
  email: text().unique(),
  name: text().optional(),
  role: text(["admin", "member"]).default("member"),
});

export const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  done: boolean().default(false),
  priority: integer().default(0),
  due: date().optional(),
  ownerId: text().optional().references("users"),
}, { indexes: [["done", "priority"], "due", "ownerId"] });

export const lines = table("lines", {
  orderId: text(),
  line: integer(),
  sku: text(),
  quantity: integer(),
  price: real(),
}, { primaryKey: ["orderId", "line"] });

/** One optional column of each type, none of them indexed. */
export const kinds = table("kinds", {
  id: integer().primaryKey(),
  text: text().optional(),
  integer: integer().optional(),
  bigint: bigint().optional(),
  real: real().optional(),
  boolean: boolean().optional(),
  date: date().optional(),
  bytes: bytes().optional(),
  json: json<unknown>().optional(),
});

/** The same with an index on each column that can have one. */
export const indexed = table("indexed", {
  id: integer().primaryKey(),
  text: text().optional(),
  integer: integer().optional(),
  bigint: bigint().optional(),
  real: real().optional(),
  boolean: boolean().optional(),
  date: date().optional(),
  bytes: bytes().optional(),
}, { indexes: ["text", "integer", "bigint", "real", "boolean", "date", "bytes"] });

export const schema: Schema = { tables: [users, todos, lines, kinds, indexed] };

/** The types that compare, each with values in ascending order. */
export const ASCENDING = {
  text: ["", "A", "a", "ab", "b", "é", "\uFB01", "\uFF5E", "\u{1F600}"],
  integer: [-(2 ** 53 - 1), -1, 0, 1, 2, 10, 2 ** 53 - 1],
  bigint: [-(2n ** 63n), -(2n ** 53n) - 1n, -1n, 0n, 1n, 2n ** 53n + 1n, 2n ** 63n - 1n],
  real: [-Infinity, -1e308, -1, -5e-324, 0, 5e-324, 0.1 + 0.2, 1, 1e308, Infinity],
  boolean: [false, true],
  date: [
    new Date("-004712-01-01T00:00:00.000Z"),
    new Date(-1),
    new Date(0),
    new Date(1),
    new Date("9999-12-31T23:59:59.999Z"),
  ],
  bytes: [[], [0], [0, 0], [0, 1], [1], [127], [128], [255], [255, 0]].map((b) =>
    new Uint8Array(b)
  ),
} as const;

export type Comparable = keyof typeof ASCENDING;
export const COMPARABLE = Object.keys(ASCENDING) as Comparable[];

/** 10 kB of one letter: fine as a value, too long for a key. */
export const LONG = "x".repeat(10_000);

export const TEXTS = [
  "",
  "a",
  "A",
  "á",
  "%",
  "_",
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
  "?",
  "]",
  "a:b",
  "--",
  "\u0001",
  "\n",
  "\uFFFD",
  "\uFFFF",
  "__proto__",
  "constructor",
  "null",
  "0",
];

export const NUMBERS = [
  0,
  0.1 + 0.2,
  1e308,
  5e-324,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  Infinity,
  -Infinity,
  2 ** 53,
  1e21,
];
export const BIGINTS = [0n, 1n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
export const DATES = [
  new Date(0),
  new Date(-1),
  new Date(-62_135_596_800_000),
  new Date("9999-12-31T23:59:59.999Z"),
];
export const BYTES = [[], [0], [255], [0, 255, 0], [39, 34, 92]].map((b) => new Uint8Array(b));

/** Names of tables, columns, aliases and values, and whether the rules allow them. */
export const NAMES: readonly (readonly [name: string, allowed: boolean])[] = [
  ["__proto__", true],
  ["constructor", true],
  ["toString", true],
  ["hasOwnProperty", true],
  ["valueOf", true],
  ["order", true],
  ["select", true],
  ["rowid", true],
  ["length", true],
  ["a b", true],
  [" ", true],
  ['a"b', true],
  ["a'b", true],
  ["a]b", true],
  ["a[b", true],
  ["a`b", true],
  ["a%b", true],
  ["a\\b", true],
  ["a;b", true],
  ["a:b", true],
  ["$a", true],
  ["1", true],
  ["é", true],
  ["\u{1F600}", true],
  ["a.b", false],
  [".", false],
  ["", false],
  ["a\u0000b", false],
  ["\uD800", false],
  ["x".repeat(200), false],
  ["sqlite_a", false],
  ["pg_a", false],
  ["strata", false],
  ["strata_a", false],
];

/** An object with `name` as an own key, whatever the name. */
export function own<T>(name: string, value: T): Record<string, T> {
  return Object.fromEntries([[name, value]]);
}
