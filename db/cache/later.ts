import { unref } from "../unref.ts";

/** Runs a function soon, with everything that waits before it; keeps no program alive. Gives what ends it. */
export function later(fn: () => void, ms = 0): () => void {
  // The platforms differ in what they give: a number, or an object.
  const timer: unknown = setTimeout(fn, ms);
  unref(timer);
  return () => clearTimeout(timer as number); // as it came
}
