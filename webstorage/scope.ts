import type { Area } from "./area.ts";

/**
 * The area of the request that is being answered; undefined outside any. It may throw, when the
 * request has ended.
 */
export type ScopeSource = (kind: "local" | "session") => Area | undefined;

let source: ScopeSource | undefined;

/** Says where `webstorage` finds its values on a server. The last call counts. */
export function setScopeSource(from: ScopeSource | undefined): void {
  source = from;
}

/** @throws {TypeError} When there is no scope. */
export function scopeArea(kind: "local" | "session"): Area {
  const area = source?.(kind);
  if (!area) {
    throw new TypeError(
      `Cannot use web storage "${kind}" on a server as it belongs to a request: there is no scope`,
    );
  }
  return area;
}
