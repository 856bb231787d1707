import { assert, assertEquals } from "@std/assert";
import { difference } from "../../examples/demo/check.ts";

interface Run {
  readonly code: number;
  readonly out: string;
}

async function run(path: string): Promise<Run> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(path, import.meta.url).href, "--check"],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("demo --check exits with 0 when every answer is right", async () => {
  const { code, out } = await run("../../examples/demo/main.ts");
  assertEquals(code, 0, out);
  const marks = out.split("\n").filter((line) => line.startsWith("✓ "));
  assert(marks.length >= 12, out);
  assert(!out.includes("✗"), out);
  assert(out.includes(`all ${marks.length} answers equal`), out);
  assert(out.includes("135,233 cities, 250 countries and 3,201 films"), out);
});

Deno.test("demo keeps to plain lines of 100 columns when it has no terminal", async () => {
  const { out } = await run("../../examples/demo/main.ts");
  const wide = out.split("\n").filter((line) => [...line].length > 100);
  assertEquals(wide, []);
  assert(!out.includes("\x1b") && !out.includes("\r"), out);
});

Deno.test("demo --check exits with 1 and says where when an answer is wrong", async () => {
  const { code, out } = await run("./wrong_demo.ts");
  assertEquals(code, 1, out);
  assert(out.includes("✗ The five largest cities of Japan"), out);
  assert(out.includes("✓ Every place called Paris"), out);
  assert(out.includes("1 of 2 answers differ"), out);
});

Deno.test("difference() finds what is changed, missing, added or moved", () => {
  const rows = [{ id: 1, at: new Date(0), tags: ["a"] }, { id: 2, at: new Date(1), tags: [] }];
  const [first, second] = rows;
  assertEquals(difference(rows, structuredClone(rows)), undefined);
  assertEquals(difference([], []), undefined);
  assertEquals(difference([0.1 + 0.2], [0.3]), undefined);
  for (
    const other of [
      [first],
      [...rows, first],
      [second, first],
      [{ ...first, id: 3 }, second],
      [{ ...first, at: new Date(2) }, second],
      [{ ...first, tags: ["b"] }, second],
      [{ ...first, more: null }, second],
      [{ id: 1, at: first?.at }, second],
      [{ ...first, tags: null }, second],
    ]
  ) {
    assert(difference(rows, other)?.startsWith("row "), JSON.stringify(other));
    assert(difference(other, rows)?.startsWith("row "), JSON.stringify(other));
  }
});
