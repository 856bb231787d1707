/** Lets a process end although a timer runs, where it would wait for it. */
export function unref(timer: unknown): void {
  const inNode: unknown = typeof timer === "object" && timer !== null
    ? Reflect.get(timer, "unref")
    : undefined;
  if (typeof inNode === "function") inNode.call(timer);
  const deno: unknown = Reflect.get(globalThis, "Deno");
  const inDeno: unknown = typeof deno === "object" && deno !== null
    ? Reflect.get(deno, "unrefTimer")
    : undefined;
  if (typeof inDeno === "function" && typeof timer === "number") inDeno(timer);
}
