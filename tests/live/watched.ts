import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Commit, DeltaOp, LiveQuery, Query, ReadonlySignal } from "../../mod.ts";
import type { LooseQuery } from "../differential/api.ts";
import { difference } from "../differential/same.ts";
import { show } from "../differential/show.ts";
import { apply } from "./apply.ts";

const NONE = new Map<number, number>();

/** A live query with what was told of it. */
export interface Watched {
  readonly query: Query<unknown>;
  readonly json: unknown;
  readonly live: LiveQuery<unknown>;
  readonly count: ReadonlySignal<number | undefined>;
  /** What the deltas led to. */
  rows: readonly unknown[];
  told: DeltaOp<unknown>[][];
  /** Whether rows of the result show all of their table, so that equal ones are the same. */
  readonly whole: boolean;
}

/** Who has live queries. */
export interface Lively {
  live(query: Query<unknown>): LiveQuery<unknown>;
  liveCount(query: Query<unknown>): ReadonlySignal<number | undefined>;
}

export function watch(
  source: Lively,
  loose: LooseQuery,
  json: { readonly select?: unknown },
): Watched {
  const query = loose as unknown as Query<unknown>;
  const live = source.live(query);
  const watched: Watched = {
    ...{ query, json, live, count: source.liveCount(query), rows: [], told: [] },
    whole: json.select === undefined,
  };
  live.deltas((ops: readonly DeltaOp<unknown>[], _commit: Commit | undefined) => {
    watched.rows = apply(watched.rows, ops);
    watched.told.push([...ops]);
  });
  watched.rows = live.value;
  return watched;
}

/**
 * Checks what a step led to. `expected` is what a fresh run gives, undefined when that fails; `reads`
 * says whether to look at the value, too; `count` is undefined where counting alone fails.
 */
export function checkWatched(
  watched: Watched,
  expected: readonly unknown[] | undefined,
  before: readonly unknown[],
  reads: boolean,
  count: number | undefined,
  /** Whether commits of one step may be told one by one. */
  slowly = false,
): void {
  const { live, told, rows, whole } = watched;
  assertEquals(live.status.value, expected ? "ready" : "failed", "status");
  if (!expected) {
    assertEquals(told.length, 0, "told of a failure");
    if (reads) assertSame(live.value, before, "what a failure keeps");
    return;
  }
  assertSame(rows, expected, "what deltas led to");
  if (count !== undefined) assertEquals(watched.count.value, count, "count");
  const changed = difference(before, expected, NONE) !== undefined;
  // Rows that do not show their keys may change places with others of the same content.
  const least = changed ? 1 : 0;
  const most = slowly ? told.length : 1;
  assertEquals(
    told.length,
    whole && !slowly ? least : Math.max(least, Math.min(told.length, most)),
    "told",
  );
  if (reads) {
    assertSame(live.value, expected, "value");
    rows.forEach((row, i) => assertStrictEquals(row, live.value[i], "row from deltas"));
  }
  if (told.length === 0 && reads) {
    rows.forEach((row, i) => assertStrictEquals(row, before[i], "kept row"));
  }
  const known = new Set(before);
  for (const op of told[0] ?? []) {
    if ("change" in op && difference(op.row, op.before, NONE) === undefined) {
      throw new Error("A change that changes nothing");
    }
    if (!whole || !("insert" in op) || known.has(op.row)) continue;
    if (before.some((row) => difference(row, op.row, NONE) === undefined)) {
      throw new Error("A row that was there comes as another object");
    }
  }
}

/** Fails where two lists of rows differ. */
export function assertSame(actual: unknown, expected: readonly unknown[], what: string): void {
  const where = difference(actual, expected, NONE);
  if (where === undefined) return;
  throw new Error(
    `${what} differs at ${where}\n  actual   ${show(actual)}\n  expected ${show(expected)}`,
  );
}
