/** A module of the runtime's own, where it has it; a browser has none, and a bundler looks for none. */
export function builtIn(name: string): object | undefined {
  const runtime: unknown = Reflect.get(globalThis, "process");
  if (typeof runtime !== "object" || runtime === null) return undefined;
  const get: unknown = Reflect.get(runtime, "getBuiltinModule");
  const module: unknown = typeof get === "function" ? get.call(runtime, name) : undefined;
  return typeof module === "object" && module !== null ? module : undefined;
}
