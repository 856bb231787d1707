import { assert, assertEquals } from "@std/assert";
import { difference } from "../../examples/demo/questions/check.ts";

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

Deno.test("demo", async (t) => {
  const [right, wrong] = await Promise.all([
    run("../../examples/demo/main.ts"),
    run("./wrong_demo.ts"),
  ]);

  await t.step("--check exits with 0 when every answer is right", () => {
    const { code, out } = right;
    assertEquals(code, 0, out);
    const marks = out.split("\n").filter((line) => line.startsWith("✓ "));
    assert(marks.length >= 12, out);
    assert(!out.includes("✗"), out);
    assertEquals(marks.filter((line) => / yes /.test(line)).length, marks.length, out);
    assert(out.includes(`all ${marks.length} answers equal`), out);
    assert(out.includes("135,233 cities, 250 countries and 3,201 films"), out);
    assert(out.includes("✓ The page has its rows and its script"), out);
  });

  await t.step("keeps to plain lines of 100 columns when it has no terminal", () => {
    const { out } = right;
    const wide = out.split("\n").filter((line) => [...line].length > 100);
    assertEquals(wide, []);
    assert(!out.includes("\x1b") && !out.includes("\r"), out);
  });

  await t.step("--check exits with 1 and says where when an answer is wrong", () => {
    const { code, out } = wrong;
    assertEquals(code, 1, out);
    assert(/✗ The five largest cities of Japan .* yes /.test(out), out);
    assert(/✓ Every place called Paris .* yes /.test(out), out);
    assert(out.includes("2 of 3 answers differ"), out);
  });

  await t.step("--check names the source that answers otherwise", () => {
    const { out } = wrong;
    assert(/✗ The Nordic capitals .* NO /.test(out), out);
    assert(out.includes("SQLite: row 5 is missing, expected {"), out);
  });
});

Deno.test("difference() finds what is changed, missing, added or moved", () => {
  const rows = [{ id: 1, at: new Date(0), tags: ["a"] }, { id: 2, at: new Date(1), tags: [] }];
  const [first, second] = rows;
  assertEquals(difference(rows, structuredClone(rows)), undefined);
  assertEquals(difference([], []), undefined);
  assertEquals(difference([0.1 + 0.2], [0.3]), undefined);
  assert(difference([20_000_000_001], [20_000_000_000]), "whole numbers are exact");
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
