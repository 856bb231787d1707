/**
 * The gate: every check that a change has to pass, each run to its end whatever the others
 * say. `deno run -A tools/gate.ts [--long] [step...]` runs the named steps, or all.
 *
 * Prints the time of each step and the output of those that fail; the last line is
 * `N passed, N failed`, counting tests and, for the steps without tests, steps. Exits with 1
 * if anything failed. With `--long` the tests see `STRATA_LONG=1`.
 *
 * @module
 */
import { type Outcome, runStep } from "./gate/run_step.ts";
import { gateSteps, type Step } from "./gate/steps.ts";

Deno.chdir(new URL("..", import.meta.url));
const start = performance.now();
const steps = chooseSteps(Deno.args.filter((arg) => arg !== "--long"));
const env: Record<string, string> = Deno.args.includes("--long") ? { STRATA_LONG: "1" } : {};
// A step alone is watched as it runs; several at once would mix their lines.
const alone = steps.length === 1;
const outcomes = await runSteps(steps);

const failed = outcomes.filter(({ success, counts }) => !success || counts.failed > 0);
if (failed.length > 0) console.log(`\nFailed: ${failed.map(({ step }) => step.name).join(", ")}`);
console.log(`${seconds(performance.now() - start)} in all\n`);
console.log(`${total(outcomes, "passed")} passed, ${total(outcomes, "failed")} failed`);
Deno.exit(failed.length > 0 ? 1 : 0);

/** Steps by name, in the gate's order. */
function chooseSteps(names: readonly string[]): Step[] {
  const all = gateSteps();
  const unknown = names.find((name) => !all.some((step) => step.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(", ");
    throw new TypeError(`Cannot run a step as the gate has ${known}: "${unknown}"`);
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

/** Runs `steps` side by side, one a core; they only read the tree. */
async function runSteps(steps: readonly Step[]): Promise<Outcome[]> {
  const queue = [...steps];
  const outcomes: Outcome[] = [];
  const worker = async (): Promise<void> => {
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      const outcome = await runStep(step, alone ? { env, onOutput: write } : { env });
      outcomes.push(outcome);
      report(outcome);
    }
  };
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, worker));
  return outcomes;
}

function report({ step, success, ms, output, counts }: Outcome): void {
  const { passed, failed, ignored } = counts;
  const tests = step.tests ? `  ${passed} passed, ${failed} failed, ${ignored} ignored` : "";
  const ok = success && failed === 0;
  console.log(`${ok ? "ok    " : "FAILED"} ${step.name.padEnd(10)} ${seconds(ms)}${tests}`);
  if (!ok && !alone) console.log(`\n${output.trim()}\n`);
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1).padStart(6)} s`;
}

function total(outcomes: readonly Outcome[], what: "passed" | "failed"): number {
  return outcomes.reduce((sum, { counts }) => sum + counts[what], 0);
}
