import { bigint, bytes, date, integer, json, real, table, text } from "../../../mod.ts";

/** Values of each type in ascending order, at its limits and at those of clients. */
export const LIMITS = {
  bigint: [
    -(2n ** 63n),
    -(2n ** 53n) - 1n,
    -(2n ** 53n),
    -(2n ** 53n) + 1n,
    -(2n ** 31n) - 1n,
    -1n,
    0n,
    1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
  ],
  integer: [
    -(2 ** 53) + 1,
    -(2 ** 31) - 1,
    -(2 ** 31),
    -1,
    0,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
    2 ** 53 - 1,
  ],
  real: [
    -Infinity,
    -Number.MAX_VALUE,
    -(2 ** 64),
    -(2 ** 63),
    -(2 ** 53) - 2,
    -0.1,
    -5e-324,
    0,
    5e-324,
    0.1 + 0.2,
    2 ** 31,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 63,
    2 ** 64,
    1e21,
    Number.MAX_VALUE,
    Infinity,
  ],
  date: [
    new Date("-004712-01-01T00:00:00.000Z"),
    new Date(-1),
    new Date(0),
    new Date(1),
    new Date("9999-12-31T23:59:59.999Z"),
  ],
  bytes: [
    new Uint8Array(),
    new Uint8Array([0]),
    new Uint8Array([0, 0]),
    new Uint8Array([39, 34, 92]),
    Uint8Array.from({ length: 1_900 }, (_, i) => i & 255),
    new Uint8Array([255]),
  ],
} as const;

export const TEXTS = [
  "",
  " ",
  "'",
  "''); DROP TABLE texts; --",
  '"',
  "?",
  "?1",
  ":a",
  "$a",
  "@a",
  "\\",
  "%_*[",
  "\n\r\t",
  "\u0001\u001f\u007f",
  "\uFEFFbom",
  "e\u0301",
  "\uFFFD\uFFFE\uFFFF",
  "\u{1F469}\u200D\u{1F680}",
  "\u{10FFFF}",
  "9007199254740993",
  "1e999",
  "{}",
  "null",
  "x".repeat(100_000) + "\u{1F600}",
];

export const keyed = {
  bigint: table("k_bigint", { id: bigint().primaryKey(), n: bigint().unique() }),
  integer: table("k_integer", { id: integer().primaryKey(), n: integer().unique() }),
  // No key is real.
  real: table("k_real", { id: integer().primaryKey(), n: real().unique() }),
  date: table("k_date", { id: date().primaryKey(), n: date().unique() }),
};
export const texts = table("texts", { id: text().primaryKey(), v: text().optional() });
export const blobs = table("blobs", { id: integer().primaryKey(), v: bytes() }, { indexes: ["v"] });
export const plain = table("plain", {
  id: integer().primaryKey(),
  real: real().optional(),
  bigint: bigint().optional(),
  json: json<unknown>().optional(),
});
export const strange = table("tä'b\"l\u{1F600}e", {
  id: integer().primaryKey(),
  "sp alté?": text().optional(),
  "'q\"": bigint().optional(),
}, { indexes: ["sp alté?"] });
export const proto = table("proto", {
  id: integer().primaryKey(),
  ...Object.fromEntries([["__proto__", text()]]),
});
export const schema = {
  tables: [...Object.values(keyed), texts, blobs, plain, strange, proto],
  values: { big: bigint().optional(), far: real().optional(), raw: bytes().optional() },
};
