import { assert, assertEquals } from "@std/assert";
import { generate } from "../../tools/types_bench/generate.ts";

Deno.test("generate() writes 50 tables of 20 columns and 200 questions of either kind", () => {
  const [queries, gets] = [generate("./mod.ts", "query"), generate("./mod.ts", "get")];
  for (const program of [queries, gets]) {
    assertEquals(program.match(/^const t\d+ = table\(/gm)?.length, 50);
    assertEquals(program.match(/^ {2}\w+: \w+[(<]/gm)?.length, 50 * 20);
    assertEquals(program.match(/^export const a\d+ = /gm)?.length, 200);
  }
  assertEquals(queries.match(/= store\.all\(query\(/g)?.length, 200);
  assertEquals(gets.match(/= store\.get\(/g)?.length, 200);
});

Deno.test("generate() makes no two queries the same, and the programs alike but for them", () => {
  const split = (program: string): string[][] => {
    const lines = program.split("\n");
    const isQuestion = (line: string): boolean => /^export const a\d+ = /.test(line);
    return [lines.filter((line) => !isQuestion(line)), lines.filter(isQuestion)];
  };
  const [rest, queries = []] = split(generate("./mod.ts", "query"));
  assertEquals(rest, split(generate("./mod.ts", "get"))[0]);
  const texts = new Set(queries.map((line) => line.replace(/^export const a\d+/, "")));
  assert(texts.size === 200, `${texts.size} different queries`);
});
