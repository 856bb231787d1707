import { decode } from "../../schema/codec.ts";
import type { Cells } from "./decode.ts";

/** So many commits are remembered at least. */
export const KEPT = 10_000;
/** Those before are dropped once in so many commits. */
export const STEP = 500;

/** A commit as it is remembered. */
export interface LoggedCommit {
  readonly seq: number;
  readonly id: string;
  readonly origin: string | undefined;
  readonly kind: string;
  /** Undefined where strangers wrote too. */
  readonly tables: readonly string[] | undefined;
}

/** A commit from its seq, id, origin, kind, tables and strangers. */
export function loggedCommit([seq, id, origin, kind, tables, strangers]: Cells): LoggedCommit {
  return {
    seq: Number(seq),
    id: String(id),
    origin: origin === null ? undefined : String(origin),
    kind: String(kind),
    tables: Number(strangers) === 0 ? namesOf(tables) : undefined,
  };
}

function namesOf(tables: unknown): string[] | undefined {
  const names = decode(String(tables));
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** What is kept under each key. */
export function metaOf(rows: readonly Cells[]): Map<string, unknown> {
  return new Map(rows.map(([key, value]) => [String(key), decode(String(value))]));
}
