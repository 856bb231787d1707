import { KnownIds } from "../../engine/known_ids.ts";
import type { ResidentState } from "./session.ts";
import type { Bytes } from "./storage.ts";

/** What a database in a log holds. */
export interface LogState extends ResidentState {
  /** Frames of kinds that this version passes by, kept as they are. */
  readonly unknown: Bytes[];
}

/** An empty database. */
export function logState(): LogState {
  return { tables: new Map(), meta: new Map(), known: new KnownIds(), seq: 0, unknown: [] };
}
