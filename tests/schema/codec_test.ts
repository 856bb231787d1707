import "./proto_accessor.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { runInNewContext } from "node:vm";
import { copy, decode, encode, fromTree, toTree } from "../../schema/codec.ts";
import { describe } from "./any_value.ts";

/** The stored format: each value, and the only text that it may ever be written as. */
const FORMAT: readonly (readonly [value: unknown, text: string])[] = [
  [null, "null"],
  [true, "true"],
  [1.5, "1.5"],
  ["$\u{1F600}\0", '"$\u{1F600}\\u0000"'],
  [{ b: 1, a: [{}, ""] }, '{"b":1,"a":[{},""]}'],
  [undefined, '{"$":["undefined"]}'],
  [NaN, '{"$":["nan"]}'],
  [Infinity, '{"$":["inf"]}'],
  [-Infinity, '{"$":["-inf"]}'],
  [-0, "-0"],
  [[0, -0, { a: -0 }], '[0,-0,{"a":-0}]'],
  ['{"$":["-0"]}', '"{\\"$\\":[\\"-0\\"]}"'],
  [-(2n ** 64n), '{"$":["bigint","-18446744073709551616"]}'],
  [new Date(1234), '{"$":["date",1234]}'],
  [new Date(NaN), '{"$":["date",{"$":["nan"]}]}'],
  [/a\/"/gi, '{"$":["regexp","a\\\\/\\"","gi"]}'],
  [
    new Map<unknown, unknown>([["a", 1], [{}, undefined]]),
    '{"$":["map","a",1,{},{"$":["undefined"]}]}',
  ],
  [new Set<unknown>([1, "a", NaN]), '{"$":["set",1,"a",{"$":["nan"]}]}'],
  [new Uint8Array([0, 255, 62]).buffer, '{"$":["buffer","AP8+"]}'],
  [new DataView(new Uint8Array([1, 2]).buffer, 1), '{"$":["view","Ag=="]}'],
  [new Uint8Array([1, 2, 3]).subarray(1), '{"$":["u8","AgM="]}'],
  [new Uint8ClampedArray([1]), '{"$":["u8c","AQ=="]}'],
  [new Uint16Array([1]), '{"$":["u16","AQA="]}'],
  [new Uint32Array([1]), '{"$":["u32","AQAAAA=="]}'],
  [new BigUint64Array([1n]), '{"$":["u64","AQAAAAAAAAA="]}'],
  [new Int8Array([-1]), '{"$":["i8","/w=="]}'],
  [new Int16Array([-2]), '{"$":["i16","/v8="]}'],
  [new Int32Array([-2]), '{"$":["i32","/v///w=="]}'],
  [new BigInt64Array([-2n]), '{"$":["i64","/v////////8="]}'],
  [new Float16Array([1]), '{"$":["f16","ADw="]}'],
  [new Float32Array([1]), '{"$":["f32","AACAPw=="]}'],
  [new Float64Array([-0]), '{"$":["f64","AAAAAAAAAIA="]}'],
  [new Error("a"), '{"$":["error","Error","a"]}'],
  [
    new TypeError("a", { cause: [undefined] }),
    '{"$":["error","TypeError","a",[{"$":["undefined"]}]]}',
  ],
  [new URL("https://a.b/?c"), '{"$":["url","https://a.b/?c"]}'],
  // deno-lint-ignore no-sparse-arrays -- holes are what is tested
  [[, 1, , undefined, ,], '[{"$":["hole"]},1,{"$":["hole"]},{"$":["undefined"]},{"$":["hole"]}]'],
  [{ $: 1 }, '{"$$":1}'],
  [{ a: 1, $: ["date", 5], $$: 2, $a: 3, a$: 4 }, '{"a":1,"$$":["date",5],"$$$":2,"$a":3,"a$":4}'],
  [JSON.parse('{"a":1,"__proto__":{"$":2}}'), '{"a":1,"__proto__":{"$$":2}}'],
];

Deno.test("encode() keeps to the stored format", () => {
  for (const [value, text] of FORMAT) assertEquals(encode(value), text);
});

Deno.test("decode() reads the stored format", () => {
  for (const [value, text] of FORMAT) assertEquals(describe(decode(text)), describe(value), text);
});

Deno.test("fromTree() reads what toTree() gives and what JSON.parse() gives", () => {
  for (const [value, text] of FORMAT) {
    assertEquals(describe(fromTree(toTree(value))), describe(value));
    assertEquals(describe(fromTree(JSON.parse(text))), describe(value));
  }
  assertEquals(toTree([-0]), [{ $: ["-0"] }]);
});

Deno.test("copy() keeps every kind and shares nothing", () => {
  for (const [value] of FORMAT) {
    if (typeof value === "string") continue; // some hold what a column refuses
    const copied = copy(value);
    assertEquals(describe(copied), describe(value));
    if (typeof value === "object" && value !== null) assert(copied !== value);
  }
});

Deno.test("encode() gives objects of null prototype and of other realms as plain ones", () => {
  const foreign: unknown = runInNewContext("({ a: [1, { b: undefined }] })");
  assertEquals(encode(foreign), '{"a":[1,{"b":{"$":["undefined"]}}]}');
  assertEquals(copy(foreign), { a: [1, { b: undefined }] });
  const bare = Object.assign(Object.create(null), { a: 1 });
  assertStrictEquals(Object.getPrototypeOf(copy(bare)), Object.prototype);
});

Deno.test("copy() makes copies of shared references and reads accessors once", () => {
  const shared = { a: 1 };
  const [first, second] = copy([shared, shared]) as unknown[];
  assert(first !== second && first !== shared);
  let reads = 0;
  const counted = Object.freeze({
    get a() {
      return ++reads;
    },
  });
  assertEquals(Object.getOwnPropertyDescriptor(copy(counted), "a"), {
    value: 1,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  assertEquals(reads, 1);
});

Deno.test("encode() keeps name and message of errors of any class", () => {
  class HttpError extends RangeError {
    override name = "HttpError";
    status = 404;
  }
  for (const again of [decode(encode(new HttpError("gone"))), copy(new HttpError("gone"))]) {
    assert(again instanceof Error && !(again instanceof RangeError));
    assertEquals([again.name, again.message, "status" in again], ["HttpError", "gone", false]);
    assertEquals(Object.keys(again), []);
  }
  const aborted = decode(encode(new DOMException("stop", "AbortError")));
  assertEquals(describe(aborted), 'Error("AbortError","stop",none)');
});

Deno.test("decode() takes a URL that this platform normalizes otherwise", () => {
  assertEquals(decode('{"$":["url","HTTP://A/b"]}'), new URL("http://a/b"));
});

Deno.test("decode() gives plain JSON as JSON.parse() does, however deep", () => {
  const levels = 100_000;
  let value = decode("[".repeat(levels) + "]".repeat(levels));
  let found = 0;
  for (; Array.isArray(value); value = value[0]) found++;
  assertEquals(found, levels);
  assertEquals(decode(' {"__proto__": {"a": 1e999}} '), JSON.parse('{"__proto__":{"a":1e999}}'));
});

Deno.test("decode() reads a tag whose dollar is escaped", () => {
  assertEquals(decode('{"\\u0024":["date",5]}'), new Date(5));
});

Deno.test("encode() takes more parts than a call has arguments", () => {
  const set = new Set(Array.from({ length: 200_000 }, (_, i) => i));
  assertEquals(describe(decode(encode(set))), describe(set));
  assertEquals(describe(copy(set)), describe(set));
});

Deno.test("encode() writes the same base64 where the platform has none", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(20_000));
  const text = encode(bytes);
  const { toBase64 } = Uint8Array.prototype;
  const { fromBase64 } = Uint8Array;
  Object.assign(Uint8Array.prototype, { toBase64: undefined });
  Object.assign(Uint8Array, { fromBase64: undefined });
  try {
    assertStrictEquals(encode(bytes), text);
    assertEquals(decode(text), bytes);
    assertThrows(() => decode('{"$":["u8","é"]}'), SyntaxError);
  } finally {
    Object.assign(Uint8Array.prototype, { toBase64 });
    Object.assign(Uint8Array, { fromBase64 });
  }
});
