import { openArea } from "./area.ts";
import { openWebStorage } from "./open.ts";
import { isServer, pageArea } from "./platform.ts";
import { scopeArea } from "./scope.ts";
import { openScoped } from "./scoped.ts";
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
  return isServer()
    ? openScoped(() => scopeArea(area), options)
    : openWebStorage(pageArea(area), options);
}
