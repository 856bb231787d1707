import type { Register } from "../conformance/suite.ts";

/** How the tests of a program ended. */
export interface Ended {
  readonly passed: number;
  readonly failed: number;
}

/** Tests that are registered first and run later, one after the other, on any runtime. */
export class Collected {
  readonly #tests: { readonly name: string; readonly fn: () => Promise<void> }[] = [];

  readonly register: Register = (name, fn) => void this.#tests.push({ name, fn });

  /** Runs them. Each that fails is printed with its error. */
  async run(print: (line: string) => void): Promise<Ended> {
    let [passed, failed] = [0, 0];
    for (const { name, fn } of this.#tests) {
      try {
        await fn();
        passed++;
      } catch (error) {
        failed++;
        print(`FAILED ${name}\n${described(error)}`);
      }
    }
    return { passed, failed };
  }
}

function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = "", cause } = error;
  // Not every runtime has the message in the stack.
  const text = stack.includes(message) ? stack : `${name}: ${message}\n${stack}`;
  return cause === undefined ? text : `${text}\nCaused by: ${described(cause)}`;
}
