import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  compareBytes,
  keyBytes,
  type KeyType,
  parseKey,
  prefixEnd,
} from "../../schema/key_bytes.ts";

const RUNS = { numRuns: Deno.env.get("STRATA_LONG") ? 50_000 : 2_000 };
const MAX_INT64 = 2n ** 63n - 1n;

/** The order of the value rules, written down plainly. */
function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  if (typeof a === "string" && typeof b === "string") {
    return compareLists(Array.from(a, codePoint), Array.from(b, codePoint));
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareLists([...a], [...b]);
  const [x, y] = [a, b] as [number, number]; // booleans, dates and bigints too compare by `<`
  return x < y ? -1 : x > y ? 1 : 0;
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((item, i) => item !== b[i]);
  if (at < 0) return a.length - b.length;
  return at < b.length ? a[at]! - b[at]! : 1;
}

function compareTuples(a: readonly unknown[], b: readonly unknown[]): number {
  return a.map((part, i) => compareValues(part, b[i])).find((order) => order !== 0) ?? 0;
}

const ANY: Readonly<Record<KeyType, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  integer: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 })),
  real: fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 })),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: MAX_INT64 }),
  date: fc.date({ noInvalidDate: true }),
  text: fc.oneof(
    fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
    fc.string({
      unit: fc.constantFrom("\u0001", "\u0002", "a", "\uffff", "\u{1f600}"),
      maxLength: 3,
    }),
  ),
  bytes: fc.oneof(
    fc.uint8Array(),
    fc.array(fc.constantFrom(0, 1, 2, 255), { maxLength: 4 }).map((list) => new Uint8Array(list)),
  ),
};

const keyTypes = fc.array(
  fc.constantFrom("text", "integer", "real", "bigint", "boolean", "date", "bytes"),
  {
    minLength: 1,
    maxLength: 4,
  },
);

/** Types, and `count` keys of them. */
function keysOf(count: number): fc.Arbitrary<[types: KeyType[], keys: unknown[][]]> {
  return keyTypes.chain((types) => {
    const key = fc.tuple(...types.map((type) => fc.option(ANY[type], { freq: 8 })));
    return fc.tuple(fc.constant(types), fc.array(key, { minLength: count, maxLength: count }));
  });
}

Deno.test("compareBytes() orders random keys as the value rules do", () => {
  fc.assert(
    fc.property(keysOf(2), ([types, [a = [], b = []]]) => {
      const order = compareBytes(keyBytes(a, types), keyBytes(b, types));
      assertEquals(Math.sign(order), Math.sign(compareTuples(a, b)));
    }),
    RUNS,
  );
});

Deno.test("parseKey() gives back random keys, and -0 as 0", () => {
  fc.assert(
    fc.property(keysOf(1), ([types, [key = []]]) => {
      const bytes = keyBytes(key, types);
      const expected = key.map((part) => Object.is(part, -0) ? 0 : part);
      assertEquals(parseKey(bytes, types), expected);
    }),
    RUNS,
  );
});

Deno.test("keyBytes() gives no part that begins another", () => {
  fc.assert(
    fc.property(keysOf(2), ([types, [a = [], b = []]]) => {
      const [x, y] = [keyBytes(a.slice(0, 1), types), keyBytes(b.slice(0, 1), types)];
      if (compareValues(a[0], b[0]) === 0) return;
      assert(!x.toHex().startsWith(y.toHex()) && !y.toHex().startsWith(x.toHex()));
    }),
    RUNS,
  );
});

Deno.test("parseKey() gives a SyntaxError or the one key of the bytes, for any bytes", () => {
  const changed = fc.tuple(keysOf(1), fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 2 }));
  fc.assert(
    fc.property(changed, ([[types, [key = []]], at, byte, remove]) => {
      const bytes = [...keyBytes(key, types)];
      bytes.splice(at % (bytes.length + 1), remove, byte);
      let parsed: unknown[];
      try {
        parsed = parseKey(new Uint8Array(bytes), types);
      } catch (error) {
        assert(error instanceof SyntaxError);
        return;
      }
      assertEquals([...keyBytes(parsed, types)], bytes);
    }),
    RUNS,
  );
});

Deno.test("prefixEnd() ends the range of the keys that begin with some parts", () => {
  fc.assert(
    fc.property(keysOf(2), fc.nat({ max: 4 }), ([types, [a = [], b = []]], length) => {
      const prefix = keyBytes(a.slice(0, length), types);
      const key = keyBytes(b, types);
      const end = prefixEnd(prefix);
      const inRange = compareBytes(prefix, key) <= 0 && (!end || compareBytes(key, end) < 0);
      const begins = compareTuples(a.slice(0, length), b.slice(0, length)) === 0;
      assertEquals(inRange, begins);
    }),
    RUNS,
  );
});
