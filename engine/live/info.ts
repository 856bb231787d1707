import type { QueryValue } from "../../query/query.ts";

/** What is behind the handle of a live result. */
export interface LiveInfo {
  readonly kind: "rows" | "count" | "row" | "value";
  /** What the same result goes by elsewhere; see `start.ts`. */
  readonly name: string;
  /** The query of rows or a count. */
  readonly query?: QueryValue | undefined;
  /** The name of the table of a row. */
  readonly table?: string | undefined;
  /** The name of a value. */
  readonly of?: string | undefined;
  readonly status: "loading" | "ready" | "failed";
  readonly error: unknown;
  /** What it began with, if it began with something of others. */
  readonly start: { readonly value: unknown } | undefined;
}

const INFOS = new WeakMap<object, LiveInfo>();

/** Says what is behind a handle. */
export function registerLive(handle: object, info: LiveInfo): void {
  INFOS.set(handle, info);
}

/** What is behind a handle; undefined for anything else. */
export function liveInfo(handle: unknown): LiveInfo | undefined {
  return typeof handle === "object" && handle !== null ? INFOS.get(handle) : undefined;
}
