/**
 * Strata on SQLite against node:sqlite by hand and against the libraries that one would use instead.
 *
 * `deno task bench:sqlite`; `--json` prints JSON. It ends with exit code 1 when results differ, not when
 * a target is missed.
 *
 * @module
 */
import type { Work } from "./harness.ts";
import { makeRows, ROWS } from "./rows.ts";
import { agree } from "./sqlite/agree.ts";
import type { Contestant, Place } from "./sqlite/contestant.ts";
import { drizzle, drizzlePrepared } from "./sqlite/drizzle.ts";
import { growthOfIterate } from "./sqlite/iterate.ts";
import { kysely } from "./sqlite/kysely.ts";
import { libsql } from "./sqlite/libsql.ts";
import { raw, rawChunks } from "./sqlite/raw.ts";
import { asJson, asText, judge, type Placed } from "./sqlite/report.ts";
import { FILL_JOBS, fillText } from "./sqlite/schema.ts";
import { strata, strataHeard } from "./sqlite/strata.ts";
import {
  committing,
  type Holding,
  lasting,
  reading,
  type Sorted,
  writingMany,
} from "./sqlite/works.ts";

const all: readonly Contestant[] = [
  ...[raw, rawChunks, strata, strataHeard, kysely, drizzle, drizzlePrepared, libsql],
];

async function fill(place: Place, folder: string, sorted: Sorted): Promise<Holding[]> {
  const holdings: Holding[] = [];
  const fillTodos = fillText(JSON.stringify(sorted));
  for (const { name, places, open } of all) {
    if (!places.includes(place)) continue;
    const path = place === "memory" ? ":memory:" : `${folder}/${place}-${holdings.length}.db`;
    const { opened, exec } = await open(path, place);
    await exec(fillTodos);
    await exec(FILL_JOBS);
    holdings.push({ name, opened, exec });
  }
  return holdings;
}

async function measure(place: Place, folder: string, sorted: Sorted): Promise<Placed> {
  const holdings = await fill(place, folder, sorted);
  await agree(holdings, sorted);
  const works: Work[] = [];
  if (place === "strict") works.push(await lasting(holdings));
  else {
    works.push(...await reading(holdings, sorted));
    works.push(...await committing(holdings, sorted));
    works.push(...await writingMany(holdings));
  }
  for (const { opened } of holdings) await opened.close();
  return { place, works };
}

const start = performance.now();
const folder = await Deno.makeTempDir({ prefix: "strata_bench_" });
try {
  const sorted = makeRows(ROWS).sort((a, b) => a.priority - b.priority);
  const placed: Placed[] = [];
  for (const place of ["memory", "relaxed", "strict"] as const) {
    placed.push(await measure(place, folder, sorted));
  }
  const growth = await growthOfIterate();
  const seconds = (performance.now() - start) / 1_000;
  const report = { placed, growth, verdicts: judge(placed, growth), seconds };
  console.log(Deno.args.includes("--json") ? asJson(report) : asText(report));
} finally {
  await Deno.remove(folder, { recursive: true });
}
