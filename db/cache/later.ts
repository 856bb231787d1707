/** Runs a function soon, with everything that waits before it; keeps no program alive. Gives what ends it. */
export function later(fn: () => void, ms = 0): () => void {
  // The platforms differ in what they give: a number, or an object.
  const timer: unknown = setTimeout(fn, ms);
  unref(timer);
  return () => clearTimeout(timer as number); // as it came
}

function unref(timer: unknown): void {
  if (typeof timer === "object" && timer !== null) {
    const method: unknown = Reflect.get(timer, "unref");
    if (typeof method === "function") method.call(timer);
    return;
  }
  const deno: unknown = Reflect.get(globalThis, "Deno");
  if (typeof deno !== "object" || deno === null) return;
  const method: unknown = Reflect.get(deno, "unrefTimer");
  if (typeof method === "function") method.call(deno, timer);
}
