/** How many tests ran and how they ended, by the summary line of `deno test`. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

const SUMMARY =
  /^(?:ok|FAILED) \| (?<passed>\d+) passed(?: \(.*?\))? \| (?<failed>\d+) failed(?: \(.*?\))?(?: \| (?<ignored>\d+) ignored)?/gm;

/**
 * Reads the summary that ends the output of `deno test`; colours don't matter, steps within
 * tests aren't counted. Undefined if there is none, as when a module can't be loaded.
 */
export function testCounts(output: string): TestCounts | undefined {
  const groups = [...stripAnsi(output).matchAll(SUMMARY)].at(-1)?.groups;
  if (groups === undefined) return undefined;
  const { passed, failed, ignored } = groups;
  return { passed: Number(passed), failed: Number(failed), ignored: Number(ignored ?? 0) };
}

/** `text` without terminal colours. */
export function stripAnsi(text: string): string {
  // deno-lint-ignore no-control-regex -- the escape character is what is looked for
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}
