import { type Area, openArea } from "./area.ts";

/** What tells a browser from a server; of the global object of either. */
export interface PlatformGlobals {
  readonly location?: unknown;
  readonly Deno?: { readonly version?: unknown };
  readonly process?: { readonly versions?: { readonly node?: unknown }; readonly type?: unknown };
}

/**
 * Whether one process serves many people here, so that nothing may be kept for all of them.
 *
 * Pages and workers of a browser have a `location`; of servers Deno and Node have one too when
 * asked for it, or when a test brings a DOM, but they name themselves (Bun has the name of
 * Node). Runtimes at the edge have none. The page of an Electron program is no server, whatever
 * it is given of Node.
 */
export function isServer({ location, Deno, process }: PlatformGlobals = globalThis): boolean {
  return !location || !!Deno?.version || !!process?.versions?.node && process.type !== "renderer";
}

const areas: { local?: Area; session?: Area } = {};

/** The area of this page, one for all who ask. In workers it is missing and all is in memory. */
export function pageArea(kind: "local" | "session"): Area {
  return areas[kind] ??= openArea(kind, {
    // Reading the property may throw, so it is left to whoever catches that.
    storage: () => globalThis[`${kind}Storage`],
    events: globalThis,
    // Nobody else sees the session of a tab.
    ...(kind === "local" && { channel: (name) => new BroadcastChannel(name) }),
  });
}
