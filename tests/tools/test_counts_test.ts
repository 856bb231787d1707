import { assertEquals } from "@std/assert";
import { testCounts } from "../../tools/gate/test_counts.ts";

const CASES = [
  ["ok | 3 passed | 0 failed (10ms)", [3, 0, 0]],
  ["FAILED | 12 passed (4 steps) | 2 failed (1 step) | 1 ignored | 9 filtered out (3s)", [
    12,
    2,
    1,
  ]],
  ["ok | 0 passed | 0 failed (0ms)", [0, 0, 0]],
  ["\x1b[0m\x1b[32mok\x1b[0m | 5 passed | 0 failed \x1b[0m\x1b[38;5;245m(1ms)\x1b[0m", [5, 0, 0]],
] as const;

for (const [line, [passed, failed, ignored]] of CASES) {
  Deno.test(`testCounts() reads ${JSON.stringify(line)}`, () => {
    assertEquals(testCounts(`some test ... ok (1ms)\n\n${line}\n\n`), { passed, failed, ignored });
  });
}

Deno.test("testCounts() takes the last summary, not one that a test printed", () => {
  const output = "ok | 9 passed | 0 failed (1ms)\n\nFAILED | 1 passed | 1 failed (1ms)\n";
  assertEquals(testCounts(output), { passed: 1, failed: 1, ignored: 0 });
});

Deno.test("testCounts() gives undefined when no test got to run", () => {
  assertEquals(testCounts("error: Module not found"), undefined);
});
