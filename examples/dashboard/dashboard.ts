/**
 * Figures over a stream of writes: live groups, of which each write changes one.
 *
 * @module
 */
import {
  avg,
  count,
  type Database,
  type DeltaOp,
  gte,
  max,
  query,
  type Store,
  sum,
} from "@strata/data";
import { requests } from "./schema.ts";

/** Figures of each page, the busiest first. */
export const pages = query(requests)
  .groupBy(["page"], { count: count(), bytes: sum("bytes"), ms: avg("ms"), slowest: max("ms") })
  .orderBy("count", "desc");

/** The last failures. */
export const failures = query(requests).where({ status: gte(500) }).orderBy("id", "desc").limit(3);

export interface Figures {
  readonly page: string;
  readonly count: number;
  readonly bytes: number | null;
  readonly ms: number | null;
  readonly slowest: number | null;
}

/** One line for each op, as a screen would show it. */
export function lineOf(op: DeltaOp<Figures>): string {
  if ("remove" in op) return `${op.remove}: gone`;
  const { page, count, ms } = op.row;
  const figures = `${page} ${count} requests, ${ms?.toFixed(1)} ms`;
  if ("insert" in op) return `${op.insert}: new ${figures}`;
  if ("move" in op) return `${op.move} to ${op.to}: ${page}`;
  return `${op.change}: ${figures}`;
}

/** Tells `print` what changes from commit to commit; gives what ends that. */
export function follow(source: Store | Database, print: (line: string) => void): () => void {
  const busiest = source.live(pages);
  const failed = source.live(failures);
  const stops = [
    busiest.deltas((ops) => ops.forEach((op) => print(lineOf(op)))),
    failed.deltas((ops) => {
      for (const op of ops) {
        if ("insert" in op) print(`${op.row.page} has failed: ${op.row.status}`);
      }
    }),
  ];
  return () => stops.forEach((stop) => stop());
}
