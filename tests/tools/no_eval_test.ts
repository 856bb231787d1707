import { assertEquals } from "@std/assert";
import { lint } from "./lint.ts";

const BAD = [
  'eval("1")',
  '(0, eval)("1")',
  "const run = eval",
  'globalThis.eval("1")',
  'window["eval"]("1")',
  'new Function("return 1")',
  'Function("return 1")',
  'new globalThis.Function("return 1")',
  'setTimeout("f()", 1)',
  "globalThis.setInterval(`f()`, 1)",
];
for (const source of BAD) {
  Deno.test(`no-eval reports ${source}`, () => {
    assertEquals(lint("no-eval", "engine/a.ts", source).length, 1);
  });
}

Deno.test("no-eval accepts functions, properties of that name and types", () => {
  const source = `
    setTimeout(() => f(), 1);
    setTimeout(f, 1);
    client.eval("1");
    const o = { eval: 1 };
    let g: Function;
    if (f instanceof Function) f();
    Function.prototype.call.bind(f);
  `;
  assertEquals(lint("no-eval", "engine/a.ts", source), []);
});
