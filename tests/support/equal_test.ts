import { assert, assertThrows, equal } from "@std/assert";

function cycle(tail: number): unknown {
  const node: Record<string, unknown> = { tail };
  node.self = node;
  return { node, list: [node] };
}

class Point {
  constructor(readonly x: number) {}
}

const bare = (entries: object): object => Object.assign(Object.create(null), entries);

/** Makers, so that no two values compared are one and the same. */
const different: Record<string, () => unknown> = {
  "0": () => 0,
  "-0": () => -0,
  "NaN": () => NaN,
  "1n": () => 1n,
  "text": () => "a",
  "undefined": () => undefined,
  "null": () => null,
  "empty object": () => ({}),
  "undefined property": () => ({ a: undefined }),
  "object": () => ({ a: 1, b: [2] }),
  "longer object": () => ({ a: 1, b: [2], c: 3 }),
  "symbol key": () => ({ [Symbol.for("k")]: 1 }),
  "own __proto__": () => JSON.parse('{"__proto__":1}'),
  "empty array": () => [],
  "array": () => [1, undefined],
  "sparse array": () => Object.assign([1], { length: 2 }),
  "class": () => new Point(1),
  "date": () => new Date(0),
  "other date": () => new Date(1),
  "invalid date": () => new Date(NaN),
  "pattern": () => /a/g,
  "pattern with other flags": () => /a/i,
  "url": () => new URL("a:b"),
  "error": () => new Error("a"),
  "error with other message": () => new Error("b"),
  "error with cause": () => new Error("a", { cause: 1 }),
  "error of other class": () => new TypeError("a"),
  "bytes": () => new Uint8Array([1, 2]),
  "signed bytes": () => new Int8Array([1, 2]),
  "part of a buffer": () => new Uint8Array([0, 1, 3]).subarray(1),
  "floats": () => new Float64Array([0, NaN]),
  "floats with -0": () => new Float64Array([-0, NaN]),
  "buffer": () => new Uint8Array([1]).buffer,
  "other buffer": () => new Uint8Array([2]).buffer,
  "set": () => new Set(["a", "b"]),
  "set of objects": () => new Set([{ x: 1 }, { x: 2 }]),
  "set of other objects": () => new Set([{ x: 3 }, { x: 1 }]),
  "set of equal objects": () => new Set([{ x: 1 }, { x: 1 }]),
  "map": () => new Map([["a", { x: 1 }]]),
  "map with other value": () => new Map([["a", { x: 2 }]]),
  "map with object key": () => new Map([[{ x: 1 }, "a"]]),
  "cycle": () => cycle(1),
  "other cycle": () => cycle(2),
};

for (const [name, make] of Object.entries(different)) {
  Deno.test(`equal() holds for two of ${name}, and for nothing else in the list`, () => {
    assert(equal(make(), make()));
    for (const [other, makeOther] of Object.entries(different)) {
      if (other !== name) assert(!equal(make(), makeOther()), `${name} equals ${other}`);
    }
  });
}

Deno.test("equal() takes a null prototype for a plain object", () => {
  assert(equal(bare({ a: 1 }), { a: 1 }) && equal({ a: 1 }, bare({ a: 1 })));
  assert(!equal(bare({ x: 1 }), new Point(1)));
});

Deno.test("equal() ignores the order of keys, entries and members", () => {
  assert(equal({ a: 1, b: 2 }, { b: 2, a: 1 }));
  assert(equal(new Set([{ x: 1 }, "a", { x: 2 }]), new Set([{ x: 2 }, { x: 1 }, "a"])));
  assert(equal(new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])));
});

Deno.test("equal() finds a partner for members that are in both sets", () => {
  const [one, other] = [{ x: 1 }, { x: 1 }];
  assert(equal(new Set([{ x: 1 }, one]), new Set([one, other])));
});

Deno.test("equal() refuses weak collections", () => {
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError, "Cannot compare");
});
