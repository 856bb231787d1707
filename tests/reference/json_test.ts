import { assertEquals, assertThrows } from "@std/assert";
import { evaluate } from "./evaluate.ts";
import { folded, from, kept, ordered, single } from "./support.ts";

Deno.test("evaluate() compares JSON by its type when values look alike", () => {
  const values = [1, true, "1", "true", null];
  assertEquals(kept("json", values, ["eq", "v", 1]), [1]);
  assertEquals(kept("json", values, ["eq", "v", true]), [true]);
  assertEquals(kept("json", values, ["in", "v", ["1", null]]), ["1", null]);
  assertEquals(kept("json", values, ["gte", "v", 0]), [1]);
  assertEquals(kept("json", [false, true, 0], ["gt", "v", false]), [true]);
});

Deno.test("evaluate() takes a missing JSON value as null when a path leads nowhere", () => {
  const values = [null, {}, { a: null }, { a: 1 }, [1], "a", { a: { b: 1 } }];
  assertEquals(kept("json", values, ["eq", "v.a", null]), [null, {}, { a: null }, [1], "a"]);
  assertEquals(kept("json", values, ["eq", "v.a.b", 1]), [{ a: { b: 1 } }]);
  assertEquals(kept("json", values, ["ne", "v.a.b", null]), [{ a: { b: 1 } }]);
});

Deno.test("evaluate() finds own JSON keys only when names are hostile", () => {
  const values = [{}, JSON.parse('{"__proto__":{"a":1}}'), { constructor: "c" }];
  assertEquals(kept("json", values, ["ne", "v.__proto__", null]), [values[1]]);
  assertEquals(kept("json", values, ["eq", "v.__proto__.a", 1]), [values[1]]);
  assertEquals(kept("json", values, ["ne", "v.constructor", null]), [values[2]]);
  assertEquals(kept("json", values, ["ne", "v.toString", null]), []);
});

Deno.test("evaluate() keeps values that are no scalars from equalling and ranging", () => {
  const date = new Date(0);
  const others = [{ a: {} }, { a: [] }, { a: date }, { a: 1n }, { a: new Map() }];
  const values = [...others, { a: 1 }];
  assertEquals(kept("json", values, ["eq", "v.a", null]), []);
  assertEquals(kept("json", values, ["ne", "v.a", 1]), others);
  assertEquals(kept("json", values, ["gte", "v.a", 0]), [{ a: 1 }]);
  assertEquals(kept("json", values, ["eq", "v.a", { $: ["column", "v.a"] }]), [{ a: 1 }]);
  assertEquals(kept("json", values, ["gte", "v.a", { $: ["column", "v.a"] }]), [{ a: 1 }]);
});

Deno.test("evaluate() orders JSON by type when types mix", () => {
  const values = [[], "a", 2, true, {}, 1, false, null];
  assertEquals(ordered("json", values), [null, false, true, 1, 2, "a", [], {}]);
  assertEquals(ordered("json", values, "desc"), [{}, [], "a", 2, 1, true, false, null]);
});

Deno.test("evaluate() looks for scalars in an array when a path holds one", () => {
  const values = [["x", 1], ["X"], [true], [["x"]], "x", "axb", [], null, [null]];
  assertEquals(kept("json", values, ["contains", "v", "x"]), [["x", 1], "x", "axb"]);
  assertEquals(kept("json", values, ["contains", "v", 1]), [["x", 1]]);
  assertEquals(kept("json", values, ["contains", "v", true]), [[true]]);
});

Deno.test("evaluate() matches text in JSON and nothing else when the operator is for text", () => {
  const values = ["abc", 1, null, ["abc"], { a: "abc" }];
  assertEquals(kept("json", values, ["like", "v", "a%"]), ["abc"]);
  assertEquals(kept("json", values, ["startsWith", "v", ""]), ["abc"]);
});

Deno.test("evaluate() throws when JSON values that are no scalars are told apart", () => {
  const values = [1, { a: 1 }];
  for (const name of ["min", "max", "countDistinct"]) {
    assertThrows(() => folded("json", values, name), TypeError);
  }
  assertEquals(folded("json", values, "count"), 2);
  const [tables, data] = single("json", values);
  const groupBy = { paths: ["v"], aggregates: [] };
  assertThrows(() => evaluate(from([{ groupBy }]), tables, data), TypeError);
  const select = [["x", "v"]] as const;
  assertThrows(() => evaluate(from([], { select, distinct: true }), tables, data), TypeError);
});

Deno.test("evaluate() takes missing and null as one group when it groups JSON", () => {
  const [tables, data] = single("json", [{}, { a: null }, { a: 1 }, { a: true }, { a: "1" }]);
  const groupBy = { paths: ["v.a"], aggregates: [["c", ["count"]]] } as const;
  const found = evaluate(from([{ groupBy }]), tables, data);
  assertEquals(found.map((row) => [(row.v as { a: unknown }).a, row.c]), [
    [null, 2],
    [true, 1],
    [1, 1],
    ["1", 1],
  ]);
});
