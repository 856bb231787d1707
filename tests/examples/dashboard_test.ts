import { assert, assertEquals } from "@std/assert";
import { createStore, type DeltaOp, type Store } from "@strata/data";
import { failures, type Figures, follow, pages } from "../../examples/dashboard/dashboard.ts";
import { requests, schema } from "../../examples/dashboard/schema.ts";
import { stream } from "../../examples/dashboard/stream.ts";
import { apply } from "../live/apply.ts";
import { testEach } from "./places.ts";

const COUNT = 300;
const all = [...stream(COUNT)];

/** The figures, by hand. */
function byHand(): Figures[] {
  const figures = [...new Set(all.map(({ page }) => page))].map((page) => {
    const own = all.filter((request) => request.page === page);
    const total = (name: "bytes" | "ms") => own.reduce((sum, request) => sum + request[name], 0);
    const ms = Math.round(total("ms") / own.length * 1e6);
    const slowest = Math.max(...own.map(({ ms }) => ms));
    return { page, count: own.length, bytes: total("bytes"), ms, slowest };
  });
  return figures.sort((a, b) => b.count - a.count || (a.page < b.page ? 1 : -1));
}
const rounded = (rows: readonly Figures[]) =>
  rows.map((row) => ({ ...row, ms: Math.round((row.ms ?? 0) * 1e6) }));

function linesOf(run: (print: (line: string) => void) => void): string[] {
  const lines: string[] = [];
  run((line) => lines.push(line));
  return lines;
}

Deno.test("dashboard: a store tells of each write what it has changed", () => {
  using store: Store = createStore(schema);
  const live = store.live(pages);
  let rows: readonly unknown[] = [];
  live.deltas((ops: readonly DeltaOp<Figures>[]) => rows = apply(rows, ops));
  const lines = linesOf((print) => {
    const stop = follow(store, print);
    for (const request of all.slice(0, 4)) store.insert(requests, request);
    stop();
  });
  assertEquals(lines[0], `0: new ${all[0]?.page} 1 requests, ${all[0]?.ms.toFixed(1)} ms`);
  assert(lines.length >= 4);
  for (const request of all.slice(4)) store.insert(requests, request);
  assertEquals([rounded(live.value), rows], [byHand(), live.value]);
  const failed = all.filter(({ status }) => status >= 500).map(({ id }) => id);
  assertEquals(store.all(failures).map(({ id }) => id), failed.slice(-3).reverse());
});

testEach("dashboard: follows a stream of writes", async (open) => {
  const db = await open(schema);
  const live = db.live(pages);
  let rows: readonly unknown[] = [];
  let steps = 0;
  live.deltas((ops) => {
    rows = apply(rows, ops);
    steps++;
  });
  await live.ready;
  for (const request of all.slice(0, 50)) await db.insert(requests, request);
  assertEquals([rows, steps], [live.value, 50]);
  await db.insert(requests, all.slice(50));
  assertEquals([rounded(live.value), rows, steps], [byHand(), live.value, 51]);
});
