import type { Step } from "./steps.ts";
import { type TestCounts, testCounts } from "./test_counts.ts";

/** How a step ended. */
export interface Outcome {
  readonly step: Step;
  readonly success: boolean;
  readonly ms: number;
  /** Both streams of the command, in the order they came. */
  readonly output: string;
  /** Tests; for a step without, the step itself counts as one. */
  readonly counts: TestCounts;
}

/** Settings of {@linkcode runStep}. */
export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** Runs the command of `step` to its end. A command that fails gives an outcome, no error. */
export async function runStep(step: Step, options: RunOptions): Promise<Outcome> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...step.args],
    env: { NO_COLOR: "1", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      output += text;
      options.onOutput?.(text);
    }
  };
  const [{ success }] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  const counts = countsOf(step, success, output);
  return { step, success, ms: performance.now() - start, output, counts };
}

/** A failure counts at least once, also where the tests did not get to run. */
function countsOf(step: Step, success: boolean, output: string): TestCounts {
  const counts = step.tests ? testCounts(output) : undefined;
  if (counts === undefined) {
    const passed = success && !step.tests;
    return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, ignored: 0 };
  }
  return { ...counts, failed: success ? counts.failed : Math.max(1, counts.failed) };
}
