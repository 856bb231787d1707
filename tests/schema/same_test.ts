import { assert, assertEquals } from "@std/assert";
import { same } from "../../schema/same.ts";

/** Made anew by each call, no two alike. */
const values: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => 0,
  () => -0,
  () => NaN,
  () => 1n,
  () => "1",
  () => new Date(1),
  () => new Date(NaN),
  () => new Uint8Array([1, 2]),
  () => new Uint8Array([1, 3]),
  () => new Uint16Array([1, 2]),
  () => new Map([["a", 1]]),
  () => new Map([["a", 2]]),
  () => new Set([1n]),
  () => new Set([2n]),
  () => /a+/g,
  () => /a+/,
  () => new URL("https://example.org/"),
  () => new Error("a"),
  () => new Error("b"),
  () => [],
  () => [1, 2],
  () => [2, 1],
  () => new Array(2),
  () => [undefined, undefined],
  () => ({}),
  () => ({ a: 1 }),
  () => ({ a: 2 }),
  () => ({ b: 1 }),
  () => ({ a: undefined }),
  () => ({ a: { b: new Map([["c", [new Set([1])]]]) } }),
  () => ({ a: { b: new Map([["c", [new Set([2])]]]) } }),
];

Deno.test("same: what has the same content, and only that", () => {
  values.forEach((a, i) => {
    values.forEach((b, j) => {
      assertEquals(same(a(), b()), i === j, `${i} and ${j}`);
      assertEquals(same([{ of: a() }], [{ of: b() }]), i === j, `${i} and ${j}, inside`);
    });
  });
  assert(same(Object.assign(Object.create(null), { a: 1 }), { a: 1 }));
  assert(!same({ ["__proto__"]: 1 }, { toString: 1 }));
});
