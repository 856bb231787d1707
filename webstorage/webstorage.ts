import { openArea } from "./area.ts";
import { openWebStorage } from "./open.ts";
import { isServer, pageArea } from "./platform.ts";
import { scopeArea } from "./scope.ts";
import type { WebStorage, WebStorageOptions } from "./types.ts";

/**
 * Values that should survive a reload of the page but may vanish: settings, drafts, answers of
 * servers. `"local"` is shared by all tabs of a site, `"session"` is of one tab, `"memory"` of this
 * instance alone.
 *
 * Instances of the same area and namespace see the same values and hear of each other's changes,
 * each with options of its own. Nothing is touched before it is used, so it may stand at the top
 * level of a module.
 *
 * On a server `"local"` and `"session"` are of the request that is being answered and forgotten
 * with it; using them throws outside a scope.
 *
 * @example Settings of any kind of value
 * ```ts
 * import { webstorage } from "@strata/data/webstorage";
 * import { assertEquals } from "@std/assert";
 *
 * const settings = webstorage("memory", { namespace: "settings" });
 * settings.set("opened", new Set(["inbox"]));
 * settings.update<number>("visits", (count = 0) => count + 1);
 * assertEquals(settings.get("opened"), new Set(["inbox"]));
 * assertEquals(settings.keys(), ["opened", "visits"]);
 * ```
 *
 * @throws {TypeError} When the namespace is no string; when used on a server without a scope.
 * @throws {RangeError} When an option is out of range.
 */
export function webstorage(
  area: "local" | "session" | "memory",
  options?: WebStorageOptions,
): WebStorage {
  if (area === "memory") return openWebStorage(openArea(area), options);
  return isServer() ? ofRequest(area, options) : openWebStorage(pageArea(area), options);
}

/** Asks for the request at each call, so that one constant of a module serves all of them. */
function ofRequest(area: "local" | "session", options: WebStorageOptions | undefined): WebStorage {
  // Of no request: it checks the options, says the kind, and never degrades.
  const storage = openWebStorage(openArea("request"), options);
  const methods = storage as unknown as Record<string, unknown>; // as the functions by name
  for (const name of Object.keys(storage)) {
    if (typeof methods[name] !== "function" || name === "onDegraded") continue;
    methods[name] = (...args: unknown[]) => {
      const own = openWebStorage(scopeArea(area), options);
      // The same method with the same arguments.
      return (own as unknown as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
    };
  }
  return storage;
}
