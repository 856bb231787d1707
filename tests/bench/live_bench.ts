/**
 * Strata's live queries against work by hand, the same queries run again, and the libraries that
 * one would use instead.
 *
 * `deno task bench:live`; `--json` prints JSON, `--plot` draws the growth into `docs/` too. It
 * ends with exit code 1 when results differ, not when a target is missed.
 *
 * @module
 */
import type { Figures, Work } from "./harness.ts";
import { liveByHand } from "./live_by_hand.ts";
import type { LiveContestant, LiveWork } from "./live_contestant.ts";
import { type Growth, growth, HAND, SIZES } from "./live_growth.ts";
import { liveOurs, liveOursIndexed, liveOursValue, rerunOurs } from "./live_ours.ts";
import { drawGrowth } from "./live_plot.ts";
import { liveTanstack, liveTanstackIndexed } from "./live_tanstack.ts";
import { liveTinybase } from "./live_tinybase.ts";
import { agreeLive, amongMany, LOOP, openAll, opening, updatingLive } from "./live_works.ts";
import { asJson, asText, type Verdict, verdict } from "./report.ts";
import { makeRows, ROWS } from "./rows.ts";

const contestants: readonly LiveContestant[] = [
  ...[liveByHand, liveOurs, liveOursIndexed, liveOursValue, rerunOurs],
  ...[liveTinybase, liveTanstack, liveTanstackIndexed],
];
const TITLES: Readonly<Record<LiveWork, string>> = {
  window: "live window of 20",
  filter: "live filter, 50k results",
  groups: "live group count and sum",
};
const MANY = "live queries on equality, one write";
const OPENING = "first result of a live query";

async function measure(): Promise<Work[]> {
  const rows = makeRows(ROWS);
  const works: Work[] = [];
  // The keys of a record as it is written above.
  const each = Object.entries(TITLES) as [LiveWork, string][];
  for (const [work] of each) await agreeLive(contestants, makeRows(2_000), work);
  for (const [work, title] of each) {
    const opened = await openAll(contestants, rows, work);
    works.push(...await updatingLive(title, opened, rows, work));
    for (const run of opened.values()) run.close();
  }
  works.push(await amongMany(MANY, rows), await opening(OPENING, rows));
  return works;
}

function judge(works: readonly Work[], grown: readonly Growth[]): Verdict[] {
  const figures = (title: string, name: string): Figures => {
    const found = works.find((work) => work.title === title)?.figures.get(name);
    if (found === undefined) throw new Error(`Cannot judge as ${name} ran "${title}": it did not`);
    return found;
  };
  const ratio = (title: string, own: string, to: string) => {
    const [one, other] = [figures(title, own), figures(title, to)];
    return { figure: one.median / other.median, least: one.min / other.min };
  };
  const byHand = (work: LiveWork, limit: number) =>
    verdict(
      `${TITLES[work]}, against by hand`,
      ratio(`${TITLES[work]}, ${LOOP}`, "strata", "by hand"),
      { limit },
    );
  const sorts = (work: string) =>
    verdict(
      `first ${work}, against one sort`,
      ratio(OPENING, `strata, ${work}`, `one sort, ${work}`),
      { limit: 3 },
    );
  // From 1k to 1M rows the logarithm doubles. What the write itself costs is taken off.
  const [nobody, ...listening] = grown;
  const growths = listening.filter(({ name }) => name !== HAND).map(({ name, micros }) => {
    const own = (at: number) => (micros.at(at) ?? NaN) - (nobody?.micros.at(at) ?? NaN);
    const figure = own(-1) / own(0);
    return verdict(`1k to 1M rows, ${name}`, { figure, least: figure }, { limit: 2 });
  });
  return [
    ...[byHand("window", 3), byHand("filter", 4), byHand("groups", 4)],
    ...[sorts("window"), sorts("filter")],
    verdict("1,000 live queries, against one", ratio(MANY, "1000 open", "1 open"), { limit: 3 }),
    ...growths,
  ];
}

if (import.meta.main) {
  const start = performance.now();
  const works = await measure();
  const grown = await growth();
  const seconds = (performance.now() - start) / 1_000;
  const report = { works, heap: [], verdicts: judge(works, grown), seconds };
  if (Deno.args.includes("--json")) console.log(asJson(report));
  else {
    console.log(asText(report));
    console.log(
      `\nus a write at ${SIZES.map((size) => size.toLocaleString("en")).join(", ")} rows`,
    );
    for (const { name, micros } of grown) {
      console.log(
        `  ${name.padEnd(20)}${micros.map((value) => value.toFixed(2).padStart(9)).join("")}` +
          `   ${((micros.at(-1) ?? NaN) / (micros.at(0) ?? NaN)).toFixed(1)} x`,
      );
    }
  }
  if (Deno.args.includes("--plot")) {
    await Deno.writeTextFile(
      new URL("../../docs/live_update_cost.svg", import.meta.url),
      drawGrowth(grown),
    );
  }
}
