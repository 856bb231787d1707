/**
 * What was measured and which targets it meets, as Markdown or as JSON.
 *
 * @module
 */
import type { Figures, Work } from "../harness.ts";
import { time, type Verdict, verdict } from "../report.ts";
import type { Place } from "./contestant.ts";
import type { Growth } from "./iterate.ts";

/** What was measured in one place. */
export interface Placed {
  readonly place: Place;
  readonly works: readonly Work[];
}

export interface Report {
  readonly placed: readonly Placed[];
  readonly growth: Growth;
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
}

const PLACES: Record<Place, string> = {
  memory: "in memory",
  relaxed: "WAL file",
  strict: "WAL file, strict",
};

/** What Strata may take in raw work's time. */
const LIMITS: Readonly<Record<string, number>> = {
  "get by key": 1.2,
  "query built each time": 1.5,
  "range of 100 rows": 0.9,
  "page 1 after a cursor": 3,
  "page 1,000 after a cursor": 3,
  "read-modify-write": 1.5,
  "insert 10k rows": 0.75,
};
const MOST_MIB = 32;

export function judge(placed: readonly Placed[], { heap, rss }: Growth): Verdict[] {
  const verdicts = placed.flatMap(({ place, works }) =>
    works.flatMap(({ title, figures }) => {
      const [own, hand] = [figures.get("strata"), figures.get("raw")];
      const limit = LIMITS[title];
      if (!own || !hand || limit === undefined) return [];
      const ratio = { figure: own.median / hand.median, least: own.min / hand.min };
      return [verdict(`${title}, ${PLACES[place]}`, ratio, { limit })];
    })
  );
  return [
    ...verdicts,
    verdict("iterate 1M rows, heap", { figure: heap, least: heap }, {
      limit: MOST_MIB,
      unit: "MiB",
    }),
    verdict("iterate 1M rows, RSS", { figure: rss, least: rss }, { limit: MOST_MIB, unit: "MiB" }),
  ];
}

export function asJson({ placed, growth, verdicts, seconds }: Report): string {
  const plain = placed.map(({ place, works }) => ({
    place,
    works: works.map(({ title, figures }) => ({
      title,
      microseconds: Object.fromEntries(figures),
    })),
  }));
  const { deno, v8 } = Deno.version;
  return JSON.stringify({ deno, v8, seconds, placed: plain, growth, verdicts }, null, 2);
}

export function asText({ placed, growth, verdicts, seconds }: Report): string {
  const lines: string[] = [];
  for (const { place, works } of placed) {
    const names = new Set(works.flatMap(({ figures }) => [...figures.keys()]));
    lines.push(row(`${PLACES[place]}: median (min)`, ...names, "strata / raw"));
    lines.push(row("---", ...[...names].map(() => "---"), "---"));
    for (const { title, figures } of works) {
      const cells = [...names].map((name) => cell(figures.get(name)));
      lines.push(row(title, ...cells, ratio(figures)));
    }
    lines.push("");
  }
  const perRow = growth.seconds * 1e6 / growth.rows;
  lines.push(
    `iterate 1M rows: ${time(perRow)} a row, heap +${growth.heap.toFixed(1)} MiB, RSS +${
      growth.rss.toFixed(1)
    } MiB`,
    "",
  );
  lines.push(row("target", "by min", "by median", "at most", ""), row(...Array(5).fill("---")));
  for (const { target, figure, least, limit, unit, met } of verdicts) {
    const cells = [least, figure, limit].map((value) => `${value.toFixed(2)} ${unit}`);
    lines.push(row(target, ...cells, met ? "met" : "missed"));
  }
  const met = verdicts.filter((each) => each.met).length;
  lines.push("", `${met} of ${verdicts.length} targets met, in ${seconds.toFixed(0)} s`);
  return lines.join("\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(figures: Figures | undefined): string {
  return figures ? `${time(figures.median)} (${time(figures.min)})` : "";
}

function ratio(figures: Work["figures"]): string {
  const [own, hand] = [figures.get("strata"), figures.get("raw")];
  return own && hand ? `${(own.median / hand.median).toFixed(2)} x` : "";
}
