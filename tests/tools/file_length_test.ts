import { assertEquals, assertStringIncludes } from "@std/assert";
import { lint } from "./lint.ts";

const count = (source: string): number => lint("file-length", "store/a.ts", source).length;

Deno.test("file-length accepts 300 lines of code, and reports 301", () => {
  assertEquals(count("f();\n".repeat(300)), 0);
  const [message] = lint("file-length", "store/a.ts", "f();\n".repeat(301));
  assertStringIncludes(message ?? "", "301 lines of code");
});

Deno.test("file-length does not count comments and blank lines as code", () => {
  const rest = "/** Doc\n * of two lines. */\n\n// note\n".repeat(20);
  assertEquals(count(rest + "f(); // why\n".repeat(300)), 0);
  assertEquals(count(rest + "f(); // why\n".repeat(301)), 1);
});

Deno.test("file-length lets no file pass 400 lines, whatever they are", () => {
  assertEquals(count("// note\n".repeat(399) + "f();\n"), 0);
  assertEquals(count("// note\n".repeat(400) + "f();\n"), 1);
});

Deno.test("file-length reports a file without code", () => {
  assertEquals(count("\n// note\n".repeat(250)), 1);
});
