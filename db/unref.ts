/** Has a timer keep no program alive, where the platform can say so: Node and Bun by the timer, Deno by its number. */
export function unref(timer: unknown): void {
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
