/** A timer that keeps no program alive, where the platform can say so. */
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
