import { type Area, openArea } from "./area.ts";
import { openWebStorage } from "./open.ts";
import type { WebStorage, WebStorageOptions } from "./types.ts";

/**
 * Web storage that asks for the area at each call, which may throw: one constant of a module
 * serves all requests. Signals and listeners stay with the area that they were made in.
 */
export function openScoped(areaOf: () => Area, options?: WebStorageOptions): WebStorage {
  // Of no request: it checks the options, says the kind, and never degrades.
  const storage = openWebStorage(openArea("request"), options);
  const methods = storage as unknown as Record<string, unknown>; // as the functions by name
  for (const name of Object.keys(storage)) {
    if (typeof methods[name] !== "function" || name === "onDegraded") continue;
    methods[name] = (...args: unknown[]) => {
      const own = openWebStorage(areaOf(), options);
      // The same method with the same arguments.
      return (own as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
    };
  }
  return storage;
}
