/**
 * What queries cost the type checker: `deno run -A tools/types_bench.ts [--runs=N] [module]`.
 *
 * Checks a program of 50 tables of 20 columns with 200 queries, and the same one with each
 * query replaced by a `store.get`, in turns and with cold caches. Exits with 1 when the ratio
 * of the shortest times is over the target. `module` is `mod.ts` by default.
 *
 * @module
 */
import { coldCheck } from "./types_bench/cold_check.ts";
import { generate } from "./types_bench/generate.ts";

/** Most that the queries may take, as a multiple of the gets. */
const TARGET = 1.5;

const runs = Number(option("--runs=") ?? 7);
const file = Deno.args.find((arg) => !arg.startsWith("--")) ?? "mod.ts";
const { href } = new URL(file, `file://${Deno.cwd()}/`);
const programs = { query: generate(href, "query"), get: generate(href, "get") };
const times: Record<keyof typeof programs, number[]> = { query: [], get: [] };

for (let run = 0; run < runs; run++) {
  // Turns change sides, so that neither always comes after the other.
  const order = run % 2 === 0 ? ["query", "get"] as const : ["get", "query"] as const;
  for (const ask of order) times[ask].push(await coldCheck(programs[ask]));
}

const row = (name: string, cells: readonly string[]): void =>
  console.log([name.padEnd(12), ...cells.map((cell) => cell.padStart(10))].join(""));
row("", ["min", "median"]);
for (const [ask, name] of [["get", "200 gets"], ["query", "200 queries"]] as const) {
  row(name, [min, median].map((of) => `${of(times[ask]).toFixed(0)} ms`));
}
const ratios = [min, median].map((of) => of(times.query) / of(times.get));
const met = (ratios[0] ?? NaN) <= TARGET;
row("ratio", ratios.map((ratio) => `${ratio.toFixed(2)} x`));
console.log(`target ${TARGET} x  ${met ? "met" : "missed"}  (${runs} runs)`);
Deno.exitCode = met ? 0 : 1;

function min(values: readonly number[]): number {
  return Math.min(...values);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const pair = sorted.length % 2 === 0 ? sorted.slice(middle - 1, middle + 1) : [sorted[middle]];
  return pair.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / pair.length;
}

function option(prefix: string): string | undefined {
  return Deno.args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}
