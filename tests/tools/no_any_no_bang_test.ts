import { assertEquals } from "@std/assert";
import { lint } from "./lint.ts";

const count = (source: string, path = "store/a.ts"): number =>
  lint("no-any-no-bang", path, source).length;

Deno.test("no-any-no-bang reports any wherever a type stands", () => {
  assertEquals(count("let a: any; type B = Map<string, any>; f<any>();"), 3);
});

Deno.test("no-any-no-bang lets an any through that is ignored by the usual comment", () => {
  assertEquals(count("// deno-lint-ignore no-explicit-any -- why\ntype A = B<any, any>;"), 0);
  assertEquals(count("// deno-lint-ignore no-explicit-any\n\ntype A = any;"), 1);
  assertEquals(count("// deno-lint-ignore no-console\ntype A = any;"), 1);
  assertEquals(count("// some reason\ntype A = any;"), 1);
});

Deno.test("no-any-no-bang reports a non-null assertion, commented or not", () => {
  assertEquals(count("a!.b"), 1);
  assertEquals(count("// reason\na![0]!.b"), 2);
  assertEquals(count("!a && a != b && !!a"), 0);
});

Deno.test("no-any-no-bang asks each as for a comment", () => {
  assertEquals(count("const a = b as C;"), 1);
  assertEquals(count("const a = <C> b;"), 1);
  assertEquals(count("const a = b as unknown as C;"), 1);
  assertEquals(count("const a = b as const;"), 0);
  assertEquals(count("const a = b satisfies C;"), 0);
  assertEquals(count('import { a as b } from "./c.ts"; export { b as d };'), 0);
});

Deno.test("no-any-no-bang takes a comment on the line or the line above", () => {
  assertEquals(count("const a = b as C; // b was checked"), 0);
  assertEquals(count("const a = /* checked */ b as C;"), 0);
  assertEquals(count("// b was\n// checked\nconst a = b as C;"), 0);
  assertEquals(count("/* b was\n   checked */\nconst a = b as unknown as C;"), 0);
  assertEquals(count("const a = b(\n  1,\n) as C; // checked"), 0);
  assertEquals(count("const a =\n  // checked\n  b(\n    1,\n  ) as C;"), 0);
});

Deno.test("no-any-no-bang takes no far comment, docstring or directive for a reason", () => {
  assertEquals(count("// checked\n\nconst a = b as C;"), 1);
  assertEquals(count("const a = b as C;\n// checked"), 1);
  assertEquals(count("/** What a is. */\nconst a = b as C;"), 1);
  assertEquals(count("// deno-lint-ignore no-console\nconst a = b as C;"), 1);
  assertEquals(count("const a = b(\n  // about the argument\n  1,\n  2,\n) as C;"), 1);
});

Deno.test("no-any-no-bang leaves tests, tools and examples alone", () => {
  for (const top of ["tests", "tools", "examples"]) {
    assertEquals(count("let a: any = b! as C;", `${top}/a.ts`), 0);
  }
});
