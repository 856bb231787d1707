import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  compareBytes,
  keyBytes,
  type KeyType,
  parseKey,
  prefixEnd,
} from "../../schema/key_bytes.ts";

const MAX_INT64 = 2n ** 63n - 1n;

/** The frozen format. Each type's values are in ascending order. */
const VECTORS: readonly (readonly [KeyType, readonly (readonly [unknown, string])[]])[] = [
  ["boolean", [[null, "10"], [false, "20"], [true, "21"]]],
  ["integer", [
    [null, "10"],
    [-(2 ** 53 - 1), "30 3cc0000000000000"],
    [-2, "30 3fffffffffffffff"],
    [-1, "30 400fffffffffffff"],
    [0, "30 8000000000000000"],
    [1, "30 bff0000000000000"],
    [2, "30 c000000000000000"],
    [2 ** 53 - 1, "30 c33fffffffffffff"],
  ]],
  ["real", [
    [null, "10"],
    [-Infinity, "30 000fffffffffffff"],
    [-Number.MAX_VALUE, "30 0010000000000000"],
    [-1.5, "30 4007ffffffffffff"],
    [-5e-324, "30 7ffffffffffffffe"],
    [0, "30 8000000000000000"],
    [5e-324, "30 8000000000000001"],
    [0.1 + 0.2, "30 bfd3333333333334"],
    [1, "30 bff0000000000000"],
    [Number.MAX_VALUE, "30 ffefffffffffffff"],
    [Infinity, "30 fff0000000000000"],
  ]],
  ["bigint", [
    [null, "10"],
    [-(2n ** 63n), "40 0000000000000000"],
    [-(2n ** 63n) + 1n, "40 0000000000000001"],
    [-1n, "40 7fffffffffffffff"],
    [0n, "40 8000000000000000"],
    [1n, "40 8000000000000001"],
    [2n ** 53n + 1n, "40 8020000000000001"],
    [MAX_INT64, "40 ffffffffffffffff"],
  ]],
  ["date", [
    [null, "10"],
    [new Date("-004712-01-01T00:00:00.000Z"), "50 3d180710596affff"],
    [new Date(-1), "50 400fffffffffffff"],
    [new Date(0), "50 8000000000000000"],
    [new Date(1), "50 bff0000000000000"],
    [new Date("9999-12-31T23:59:59.999Z"), "50 c2eccefa43fb7fe0"],
  ]],
  ["text", [
    [null, "10"],
    ["", "60 00"],
    ["\u0001", "60 0102 00"],
    ["\u0001a", "60 0102 61 00"],
    ["\u0002", "60 02 00"],
    ["A", "60 41 00"],
    ["a", "60 61 00"],
    ["ab", "60 6162 00"],
    ["a\u0301", "60 61 cc81 00"],
    ["\u007f", "60 7f 00"],
    ["á", "60 c3a1 00"],
    ["\ud7ff", "60 ed9fbf 00"],
    ["\ue000", "60 ee8080 00"],
    ["\ufb01", "60 efac81 00"],
    ["\ufeffa", "60 efbbbf 61 00"],
    ["\uff5e", "60 efbd9e 00"],
    ["\uffff", "60 efbfbf 00"],
    ["\u{10000}", "60 f0908080 00"],
    ["\u{1f600}", "60 f09f9880 00"],
    ["\u{10ffff}", "60 f48fbfbf 00"],
  ]],
  [
    "bytes",
    [
      [null, "10"],
      [[], "70 00"],
      [[0], "70 0101 00"],
      [[0, 0], "70 0101 0101 00"],
      [[0, 1], "70 0101 0102 00"],
      [[0, 255], "70 0101 ff 00"],
      [[1], "70 0102 00"],
      [[1, 0], "70 0102 0101 00"],
      [[2], "70 02 00"],
      [[127], "70 7f 00"],
      [[128], "70 80 00"],
      [[255], "70 ff 00"],
      [[255, 0], "70 ff 0101 00"],
      [[255, 255], "70 ffff 00"],
    ].map(([list, hex]) => [Array.isArray(list) ? new Uint8Array(list) : null, hex as string]),
  ],
];

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.fromHex(hex.replaceAll(" ", ""));
}

Deno.test("keyBytes() keeps to the frozen vectors", () => {
  for (const [type, rows] of VECTORS) {
    for (const [value, hex] of rows) {
      assertEquals(keyBytes([value], [type]).toHex(), hex.replaceAll(" ", ""), `${type} ${value}`);
    }
  }
  assertEquals(keyBytes([], []).toHex(), "");
  assertEquals(
    keyBytes(["a", null, true, -1], ["text", "date", "boolean", "integer"]).toHex(),
    "60610010" + "21" + "30400fffffffffffff",
  );
});

Deno.test("keyBytes() takes -0 for 0 and gives integer and real one form", () => {
  assertEquals(keyBytes([-0], ["real"]), keyBytes([0], ["integer"]));
  assertEquals(keyBytes([3], ["real"]), keyBytes([3], ["integer"]));
});

Deno.test("parseKey() reads the frozen vectors", () => {
  for (const [type, rows] of VECTORS) {
    for (const [value, hex] of rows) assertEquals(parseKey(bytesOf(hex), [type]), [value]);
  }
});

Deno.test("compareBytes() orders the frozen vectors as they stand", () => {
  for (const [type, rows] of VECTORS) {
    rows.forEach(([a], i) =>
      rows.forEach(([b], j) => {
        const order = compareBytes(keyBytes([a], [type]), keyBytes([b], [type]));
        assertEquals(Math.sign(order), Math.sign(i - j), `${type} ${a} ${b}`);
      })
    );
  }
});

Deno.test("compareBytes() orders byte by byte, the shorter first", () => {
  const ascending = ["", "00", "0000", "01", "0100", "61", "6162", "62", "7f", "80", "ff", "ff00"];
  ascending.forEach((a, i) =>
    ascending.forEach((b, j) => {
      assertEquals(Math.sign(compareBytes(bytesOf(a), bytesOf(b))), Math.sign(i - j), `${a} ${b}`);
    })
  );
});

Deno.test("keyBytes() refuses a part of another type as TypeError", () => {
  const wrong: [unknown, KeyType][] = [
    [1, "text"],
    ["1", "integer"],
    ["secret", "real"],
    [1n, "integer"],
    [1, "bigint"],
    [1, "boolean"],
    [0, "date"],
    [true, "integer"],
    [true, "text"],
    ["a", "bytes"],
    [[1], "bytes"],
    [undefined, "text"],
  ];
  for (const [value, type] of wrong) {
    const error = assertThrows(() => keyBytes([value], [type]), TypeError);
    assertEquals(error.message, `Cannot write a part of a key as ${type}: got ${typeof value}`);
  }
  for (const extra of [null, 1, true]) {
    assertThrows(() => keyBytes([1, extra], ["real"]), TypeError);
  }
});

Deno.test("parseKey() refuses malformed bytes as SyntaxError", () => {
  const malformed: [string, ...KeyType[]][] = [
    ["", "text"],
    ["10 10", "text"],
    ["10", "text", "text"],
    ["10"],
    ["00", "text"],
    ["22", "boolean"],
    ["20 00", "boolean"],
    ["21", "text"],
    ["60 61 00", "bytes"],
    ["40 8000000000000000", "integer"],
    ["30", "integer"],
    ["30 80000000000000", "integer"],
    ["30 800000000000000000", "integer"],
    ["30 bff8000000000000", "integer"], // 1.5
    ["30 c340000000000000", "integer"], // 2 ** 53
    ["30 7fffffffffffffff", "real"], // -0
    ["30 fff8000000000000", "real"], // NaN
    ["30 0007ffffffffffff", "real"], // NaN with a sign
    ["50 7fffffffffffffff", "date"],
    ["50 bff8000000000000", "date"], // 1.5 ms
    ["50 fff8000000000000", "date"],
    ["50 fff0000000000000", "date"],
    ["60", "text"],
    ["60 61", "text"],
    ["60 01", "text"],
    ["60 01 00", "text"],
    ["70 0100 00", "bytes"],
    ["60 0103 00", "text"],
    ["60 01ff 00", "text"],
    ["60 ff 00", "text"],
    ["60 c080 00", "text"], // U+0000, overlong
    ["60 eda080 00", "text"], // a lone surrogate
    ["70 ff", "bytes"],
  ];
  for (const [hex, ...types] of malformed) {
    assertThrows(
      () => parseKey(bytesOf(hex), types),
      SyntaxError,
      "Cannot parse bytes as a key: malformed",
    );
  }
});

Deno.test("parseKey() gives bytes that own their memory", () => {
  const key = keyBytes([new Uint8Array([1, 2])], ["bytes"]);
  const [bytes] = parseKey(key.subarray(), ["bytes"]);
  assert(bytes instanceof Uint8Array && bytes.buffer.byteLength === 2);
});

Deno.test("prefixEnd() is the least after all that begin with the bytes", () => {
  const ends = [
    ["", ""],
    ["ff", ""],
    ["ffff", ""],
    ["00", "01"],
    ["61", "62"],
    ["61ff", "62"],
    ["61ffff", "62"],
    ["00ff", "01"],
    ["ff00", "ff01"],
    ["fe", "ff"],
  ];
  for (const [bytes = "", end = ""] of ends) {
    const found = prefixEnd(bytesOf(bytes));
    assertEquals(found?.toHex(), end === "" ? undefined : end);
  }
});
