import { assertEquals, assertThrows } from "@std/assert";
import { sumOfReals } from "./exact.ts";
import { like } from "./match.ts";
import { folded, kept, ordered } from "./support.ts";

const MAX = 2 ** 53 - 1;

Deno.test("evaluate() takes null as equal to null only when it compares", () => {
  const values = [null, 0, 1];
  assertEquals(kept("integer", values, ["eq", "v", null]), [null]);
  assertEquals(kept("integer", values, ["ne", "v", null]), [0, 1]);
  assertEquals(kept("integer", values, ["ne", "v", 1]), [null, 0]);
  assertEquals(kept("integer", values, ["eq", "v", { $: ["column", "v"] }]), values);
});

Deno.test("evaluate() makes ranges false when a side is null", () => {
  for (const op of ["gt", "gte", "lt", "lte"]) {
    assertEquals(kept("integer", [null, 0], [op, "v", null]), []);
  }
  assertEquals(kept("integer", [null, -1, 0], ["lt", "v", 0]), [-1]);
  assertEquals(kept("integer", [null, 0, 1, 2, 3], ["between", "v", 1, 2]), [1, 2]);
  assertEquals(kept("integer", [0, 1], ["between", "v", null, 2]), []);
});

Deno.test("evaluate() gives exactly the rest when a condition is negated", () => {
  const values = [null, "a", "b"];
  assertEquals(kept("text", values, { not: ["lt", "v", "b"] }), [null, "b"]);
  assertEquals(kept("text", values, { not: ["like", "v", "a%"] }), [null, "b"]);
  assertEquals(kept("text", values, { not: { and: [["ne", "v", null], ["gt", "v", "a"]] } }), [
    null,
    "a",
  ]);
});

Deno.test("evaluate() keeps nothing when a list is empty, and all when it is none of it", () => {
  const values = [null, 1, 2];
  assertEquals(kept("integer", values, ["in", "v", []]), []);
  assertEquals(kept("integer", values, ["nin", "v", []]), values);
  assertEquals(kept("integer", values, ["in", "v", [null, 2]]), [null, 2]);
  assertEquals(kept("integer", values, ["nin", "v", [null, 2]]), [1]);
});

Deno.test("evaluate() reads tagged operands when types need them", () => {
  const day = new Date(86_400_000);
  assertEquals(kept("date", [null, day], ["eq", "v", { $: ["date", 86_400_000] }]), [day]);
  assertEquals(kept("bigint", [1n, 2n ** 63n - 1n], ["gt", "v", { $: ["bigint", "1"] }]), [
    2n ** 63n - 1n,
  ]);
  const bytes = Uint8Array.of(0, 255);
  assertEquals(kept("bytes", [bytes, Uint8Array.of(0)], ["eq", "v", { $: ["u8", "AP8="] }]), [
    bytes,
  ]);
  assertEquals(kept("real", [1, Infinity, -Infinity], ["eq", "v", { $: ["inf"] }]), [Infinity]);
  assertEquals(kept("real", [1, Infinity, -Infinity], ["lte", "v", { $: ["-inf"] }]), [-Infinity]);
});

Deno.test("evaluate() orders null lowest when ascending and last when descending", () => {
  assertEquals(ordered("integer", [1, null, 0]), [null, 0, 1]);
  assertEquals(ordered("integer", [1, null, 0], "desc"), [1, 0, null]);
});

Deno.test("evaluate() orders text by code point when UTF-16 would differ", () => {
  const values = ["\u{1F600}", "\uFF5E", "a\u0301", "a", "", "á", "A", "\uFB01"];
  assertEquals(ordered("text", values), [
    "",
    "A",
    "a",
    "a\u0301",
    "á",
    "\uFB01",
    "\uFF5E",
    "\u{1F600}",
  ]);
});

Deno.test("evaluate() orders booleans, bytes, dates and numbers by the rules", () => {
  assertEquals(ordered("boolean", [true, null, false]), [null, false, true]);
  const [none, zero, zeroes, full] = [[], [0], [0, 0], [255]].map((list) => Uint8Array.from(list));
  assertEquals(ordered("bytes", [full, zeroes, none, zero]), [none, zero, zeroes, full]);
  const [before, epoch, after] = [-1, 0, 253402300799999].map((ms) => new Date(ms));
  assertEquals(ordered("date", [after, before, epoch]), [before, epoch, after]);
  assertEquals(ordered("real", [5e-324, 0, -1e308, Infinity, 0.1 + 0.2, 0.3, -Infinity]), [
    -Infinity,
    -1e308,
    0,
    5e-324,
    0.3,
    0.1 + 0.2,
    Infinity,
  ]);
  assertEquals(ordered("bigint", [2n ** 63n - 1n, -(2n ** 63n), 0n]), [
    -(2n ** 63n),
    0n,
    2n ** 63n - 1n,
  ]);
});

Deno.test("like() knows runs, single code points and escapes when it matches", () => {
  const cases: [string, string, boolean][] = [
    ["", "", true],
    ["", "%", true],
    ["", "_", false],
    ["a", "A", false],
    ["abc", "a%c", true],
    ["abc", "a_c", true],
    ["abc", "_", false],
    ["\u{1F600}", "_", true],
    ["a\u0301", "_", false],
    ["%", "\\%", true],
    ["a", "\\%", false],
    ["\\", "\\\\", true],
    ["\\a", "\\\\%", true],
    ["a*[b", "a*[_", true],
    ["aab", "%ab", true],
    ["ab\nc", "a%c", true],
    ["a".repeat(2_000), `${"%a".repeat(12)}%b`, false],
  ];
  for (const [text, pattern, expected] of cases) {
    assertEquals(like(text, pattern), expected, pattern);
  }
});

Deno.test("evaluate() folds by the Unicode default when case is ignored", () => {
  const fold = { ignoreCase: true };
  assertEquals(kept("text", ["Á", "á", "a"], ["like", "v", "Á", fold]), ["Á", "á"]);
  assertEquals(kept("text", ["ß", "SS"], ["like", "v", "ss", fold]), ["SS"]);
  // The lower case of U+0130 is two code points.
  assertEquals(kept("text", ["İ"], ["like", "v", "_", fold]), []);
  assertEquals(kept("text", ["İ"], ["like", "v", "İ", fold]), ["İ"]);
  assertEquals(kept("text", ["AbC"], ["startsWith", "v", "aB", fold]), ["AbC"]);
  assertEquals(kept("text", ["AbC"], ["endsWith", "v", "Bc", fold]), ["AbC"]);
  assertEquals(kept("text", ["AbC"], ["contains", "v", "B", fold]), ["AbC"]);
});

Deno.test("evaluate() takes wildcards literally when the operator isn't like", () => {
  const values = ["a%", "a_", "ab", "A%", null];
  assertEquals(kept("text", values, ["startsWith", "v", "a%"]), ["a%"]);
  assertEquals(kept("text", values, ["endsWith", "v", "_"]), ["a_"]);
  assertEquals(kept("text", values, ["contains", "v", "%"]), ["a%", "A%"]);
  assertEquals(kept("text", values, ["contains", "v", ""]), ["a%", "a_", "ab", "A%"]);
  assertEquals(kept("text", values, ["like", "v", null]), []);
});

Deno.test("evaluate() sums integers exactly when it can and throws when it cannot", () => {
  assertEquals(folded("integer", [MAX, 1, -1, null], "sum"), MAX);
  assertThrows(() => folded("integer", [MAX, 1], "sum"), RangeError);
  assertThrows(() => folded("integer", [-MAX, -1], "sum"), RangeError);
  assertEquals(folded("integer", [MAX, MAX - 1, MAX - 2], "avg"), MAX - 1);
  assertEquals(folded("bigint", [2n ** 63n - 1n, 1n], "sum"), 2n ** 63n);
  assertEquals(folded("bigint", [1n, 2n], "avg"), 1.5);
});

Deno.test("evaluate() rounds a sum of reals once when it has them all", () => {
  assertEquals(folded("real", [0.1, 0.2, -0.3], "sum"), 2.7755575615628914e-17);
  assertEquals(folded("real", [1e308, 1, 1e308, -1e308, -1e308], "sum"), 1);
  assertEquals(folded("real", [1e308, 1e308], "sum"), Infinity);
  assertEquals(folded("real", [1e308, 1e308], "avg"), 1e308);
  assertEquals(folded("real", [2 ** 53, 1, 5e-324], "sum"), 2 ** 53 + 2);
  assertEquals(folded("real", [2 ** 53, 1], "sum"), 2 ** 53);
  assertEquals(folded("real", [1, 2 ** -53, 2 ** -106], "sum"), 1 + 2 ** -52);
  assertEquals(folded("real", Array(10).fill(0.1), "avg"), 0.1);
  assertEquals(folded("real", [-5e-324, 0], "avg"), 0);
});

Deno.test("sumOfReals() agrees with the machine when two values are added", () => {
  const values = [0, 5e-324, -5e-324, 2 ** -1022, 0.1, -0.3, 1, 1 / 3, 1e16, -1e308, 1.7e308];
  for (const a of values) for (const b of values) assertEquals(sumOfReals([a, b]), a + b + 0);
  for (const a of values) for (const n of [1, 2, 3, 7]) assertEquals(sumOfReals([a], n), a / n + 0);
});

Deno.test("evaluate() gives null when infinities cancel", () => {
  assertEquals(folded("real", [Infinity, 1], "sum"), Infinity);
  assertEquals(folded("real", [-Infinity, 1], "avg"), -Infinity);
  assertEquals(folded("real", [Infinity, -Infinity, 1], "sum"), null);
  assertEquals(folded("real", [Infinity, -Infinity, 1], "avg"), null);
});

Deno.test("evaluate() skips nulls when it aggregates", () => {
  assertEquals(folded("integer", [null, 1, 1], "count"), 2);
  assertEquals(folded("integer", [null, 1, 1, 2], "countDistinct"), 2);
  assertEquals(folded("integer", [null, 1, 2], "avg"), 1.5);
  for (const name of ["sum", "avg", "min", "max"]) {
    assertEquals(folded("integer", [], name), null);
    assertEquals(folded("integer", [null], name), null);
  }
  assertEquals(folded("integer", [], "count"), 0);
});

Deno.test("evaluate() takes min and max by the order when types differ from numbers", () => {
  assertEquals(folded("text", ["\u{1F600}", "\uFF5E", null], "max"), "\u{1F600}");
  assertEquals(folded("text", ["b", "B"], "min"), "B");
  assertEquals(folded("boolean", [true, false], "min"), false);
  assertEquals(folded("json", ["a", 2, true, null], "min"), true);
  assertEquals(folded("json", ["a", 2, true], "max"), "a");
});
