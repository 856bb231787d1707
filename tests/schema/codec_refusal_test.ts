import "./proto_accessor.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { copy, decode, encode, fromTree, toTree } from "../../schema/codec.ts";
import { describe } from "./any_value.ts";

/** A value in containers, so that it lies `depth` of them down. */
function nest(value: unknown, depth: number, wrap: (value: unknown) => unknown): unknown {
  for (let i = 0; i < depth; i++) value = wrap(value);
  return value;
}

Deno.test("encode() and copy() refuse other values with their place", () => {
  class Point {
    x = 1;
  }
  class MyMap extends Map {}
  class MyArray extends Array {}
  class Date2 {
    get [Symbol.toStringTag]() {
      return "Date";
    }
  }
  const refused: [value: unknown, state: string][] = [
    [() => 1, '"Function"'],
    [Symbol("secret"), '"Symbol"'],
    [new Point(), '"Point"'],
    [new MyMap(), '"MyMap"'],
    [new MyArray(), '"MyArray"'],
    [new Date2(), '"Date2"'],
    [new Number(1), '"Number"'],
    [new String("secret"), '"String"'],
    [new WeakMap(), '"WeakMap"'],
    [Promise.resolve(1), '"Promise"'],
    [new Blob(["secret"]), '"Blob"'],
    [new SharedArrayBuffer(1), '"SharedArrayBuffer"'],
    [Object.create(Object.create(null)), "something of no class"],
    [{ [Symbol("secret")]: 1 }, "a symbol as key"],
  ];
  for (const [value, state] of refused) {
    const inside = { "a": { 'b"': [0, "secret", 2, value] }, c: value };
    for (const [verb, run] of [["encode", encode], ["encode", toTree], ["copy", copy]] as const) {
      const error = assertThrows(() => run(inside), TypeError);
      assertEquals(error.message, `Cannot ${verb} "a"."b\\""[3] as JSON: got ${state}`);
      assertEquals(
        assertThrows(() => run(value), TypeError).message,
        `Cannot ${verb} the value as JSON: got ${state}`,
      );
    }
  }
  const inMap = new Map([["a", 1], ["b", Symbol() as unknown]]);
  assertThrows(() => copy([inMap]), TypeError, "Cannot copy [0][3] as JSON");
});

Deno.test("encode() and copy() refuse cycles as TypeError", () => {
  const list: unknown[] = [];
  const object = { list, again: list };
  list.push(1, object, object);
  const map = new Map();
  map.set("self", new Set([map]));
  const error = new Error("a");
  error.cause = { error };
  for (const value of [list, object, map, error]) {
    for (const run of [encode, toTree, copy]) assertThrows(() => run(value), TypeError, "a cycle");
  }
});

Deno.test("encode() and copy() take 500 levels and refuse more as RangeError", () => {
  const wraps: ((value: unknown) => unknown)[] = [
    (value) => [value],
    (value) => ({ $: value }),
    (value) => new Map([[value, -0]]),
    (value) => new Set([value]),
    (value) => new Error("a", { cause: value }),
    (value) => [, value], // deno-lint-ignore no-sparse-arrays -- a hole is one more tag
  ];
  for (const wrap of wraps) {
    for (const leaf of [1, undefined, -0, 5n, NaN]) {
      const deep = nest(leaf, 500, wrap);
      assertEquals(describe(decode(encode(deep))), describe(deep));
      assertEquals(describe(fromTree(toTree(deep))), describe(deep));
      assertEquals(describe(copy(deep)), describe(deep));
    }
    const deeper = nest(1, 501, wrap);
    for (const run of [encode, toTree, copy]) {
      assertThrows(() => run(deeper), RangeError, "more than 500 levels");
    }
  }
});

Deno.test("decode() gives a SyntaxError for tags nested without end", () => {
  const depth = 200_000;
  for (const tag of ["set", "hole", "error", "nosuch"]) {
    const open = `{"$":["${tag}",`;
    assertThrows(() => decode(open.repeat(depth) + "1" + "]}".repeat(depth)), SyntaxError);
  }
  assertThrows(() => decode("[".repeat(depth)), SyntaxError);
  assertThrows(() => decode("[".repeat(depth) + '"$"' + "]".repeat(depth)), SyntaxError);
  const cycle: unknown[] = [];
  cycle.push(cycle);
  assertThrows(() => fromTree(cycle), SyntaxError);
});

Deno.test("decode() refuses unknown and malformed tags as SyntaxError", () => {
  const malformed = [
    `{"$":1}`,
    `{"$":{}}`,
    `{"$":[]}`,
    `{"$":[null]}`,
    `{"$":[["date"],1]}`,
    `{"$":["date",1],"a":1}`,
    `{"a":1,"$":["date",1]}`,
    ...["nosuch", "Date", "object", "constructor", "__proto__", "toString", "hole"].flatMap(
      (tag) => [`{"$":["${tag}"]}`, `{"$":["${tag}",1]}`],
    ),
    ...["undefined", "nan", "inf", "-inf", "-0"].map((tag) => `{"$":["${tag}",0]}`),
    ...[``, `,1`, `,""`, `,"1.5"`, `,"0x1"`, `,"01"`, `,"-0"`, `," 1"`, `,"1","1"`]
      .map((parts) => `{"$":["bigint"${parts}]}`),
    ...[``, `,null`, `,"1"`, `,1.5`, `,9e15`, `,1,1`, `,[1]`, `,{"$":["date",1]}`, `,-0`]
      .map((parts) => `{"$":["date"${parts}]}`),
    ...[``, `,"a"`, `,"(","g"`, `,"a","zz"`, `,"a","gg"`, `,1,""`, `,"a","","b"`]
      .map((parts) => `{"$":["regexp"${parts}]}`),
    ...[`,1`, `,1,2,1,2`, `,1,2,3`].map((parts) => `{"$":["map"${parts}]}`),
    ...[`,1,1`, `,{"$":["hole"]}`].map((parts) => `{"$":["set"${parts}]}`),
    ...[``, `,"Error"`, `,1,"a"`, `,"Error",1`, `,"Error","a",1,2`]
      .map((parts) => `{"$":["error"${parts}]}`),
    ...[``, `,"a"`, `,1`, `,"http://a","http://b"`].map((parts) => `{"$":["url"${parts}]}`),
    ...[``, `,1`, `,"A"`, `,"AB=="`, `,"AA= ="`, `,"A\u00e9=="`, `,"AA==","AA=="`, `,[0]`]
      .flatMap((parts) => [`{"$":["u8"${parts}]}`, `{"$":["buffer"${parts}]}`]),
    ...["u16", "f16", "f64", "i64"].map((tag) => `{"$":["${tag}","AA=="]}`),
    `{"$":["u16",{"$":["u8","AAA="]}]}`,
    `{"\\u0024":["nosuch"]}`,
    `{"a":{"$":["hole"]}}`,
  ];
  for (const text of malformed) {
    const within = `[0,{"deep":${text}}]`;
    assertThrows(() => decode(text), SyntaxError, "Cannot decode ");
    assertThrows(() => decode(within), SyntaxError, "Cannot decode [1]");
    assertThrows(() => fromTree(JSON.parse(text)), SyntaxError);
  }
});

Deno.test("decode() shows nothing of the text in an error", () => {
  const texts = [
    "secret",
    '{"a":"secret',
    '{"$":["secret"]}',
    '{"$":["url","secret"]}',
    '{"$":["regexp","(secret","g"]}',
  ];
  for (const text of texts) {
    const error = assertThrows(() => decode(text), SyntaxError);
    assert(!`${error.message}${error.cause}`.includes("secret"), error.message);
  }
});

Deno.test("fromTree() refuses what is no JSON and leaves the tree as it is", () => {
  for (
    const tree of [undefined, () => 1, Symbol(), 1n, new Date(0), [new Map()], { a: undefined }]
  ) {
    assertThrows(() => fromTree(tree), SyntaxError);
  }
  const tree = { $$: [{ $: ["date", 5] }, { $: ["hole"] }] };
  const before = JSON.stringify(tree);
  fromTree(tree);
  assertEquals(JSON.stringify(tree), before);
});

Deno.test("copy() refuses lone surrogates and U+0000 in text and keys as RangeError", () => {
  for (const bad of ["\0", "a\0b", "\uD800", "a\uDC00", "\uDC00\uD800"]) {
    const inside: [value: unknown, place: string][] = [
      [bad, "the value"],
      [{ a: { b: [0, 1, 2, bad] } }, '"a"."b"[3]'],
      [{ a: { [bad]: 1 } }, `"a".${JSON.stringify(bad)}`],
      [new Map([[bad, 1]]), "[0]"],
      [new Set(["ok", bad]), "[1]"],
      [new Error(bad), "[1]"],
      [new RegExp(bad), "[0]"],
    ];
    for (const [value, place] of inside) {
      const error = assertThrows(() => copy(value), RangeError);
      assertEquals(
        error.message,
        `Cannot copy ${place} as JSON: got a lone surrogate or U+0000`,
      );
      assertEquals(describe(decode(encode(value))), describe(value));
    }
  }
  assertEquals(copy(["\u{1F600}\uFFFF\u0001"]), ["\u{1F600}\uFFFF\u0001"]);
});
