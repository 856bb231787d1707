import type { Work } from "../harness.ts";
import { time, type Verdict, verdict } from "../report.ts";

/** What has a target; the rest is told beside it. */
const WITH_TARGET = /get by key|range of 100|batch of 500/;

/** What of the bare client's time Strata may take. */
export function judge(works: readonly Work[], limit: number): Verdict[] {
  return works.flatMap(({ title, figures }) => {
    const [own, hand] = [figures.get("strata"), figures.get("raw")];
    if (!own || !hand || !WITH_TARGET.test(title)) return [];
    const ratio = { figure: own.median / hand.median, least: own.min / hand.min };
    return [verdict(title, ratio, { limit })];
  });
}

/** A table of all works, and the targets, as Markdown. */
export function asText(works: readonly Work[], verdicts: readonly Verdict[]): string {
  const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const names = [...new Set(works.flatMap(({ figures }) => [...figures.keys()]))];
  const lines = [
    row("median (min)", ...names, "strata / raw"),
    row(...Array(names.length + 2).fill("---")),
  ];
  for (const { title, figures } of works) {
    const [own, hand] = [figures.get("strata"), figures.get("raw")];
    const cells = names.map((name) => {
      const found = figures.get(name);
      return found ? `${time(found.median)} (${time(found.min)})` : "";
    });
    lines.push(
      row(title, ...cells, own && hand ? `${(own.median / hand.median).toFixed(2)} x` : ""),
    );
  }
  lines.push("", row("target", "by min", "by median", "at most", ""), row(...Array(5).fill("---")));
  for (const { target, figure, least, limit, met } of verdicts) {
    const cells = [least, figure, limit].map((value) => value.toFixed(2));
    lines.push(row(target, ...cells, met ? "met" : "missed"));
  }
  return lines.join("\n");
}
