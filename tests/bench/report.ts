/**
 * What was measured and which targets it meets, as text or as JSON.
 *
 * @module
 */
import type { Work } from "./harness.ts";

export interface Verdict {
  readonly target: string;
  /** What was measured: a ratio, or microseconds. */
  readonly figure: number;
  readonly limit: number;
  readonly unit: "x" | "us";
  readonly met: boolean;
}

export interface Heap {
  readonly name: string;
  readonly bytesPerRow: number;
}

export interface Report {
  readonly works: readonly Work[];
  readonly heap: readonly Heap[];
  readonly verdicts: readonly Verdict[];
  readonly seconds: number;
}

export function verdict(
  target: string,
  figure: number,
  limit: number,
  unit: Verdict["unit"] = "x",
): Verdict {
  return { target, figure, limit, unit, met: figure <= limit };
}

export function asJson({ works, heap, verdicts, seconds }: Report): string {
  const plain = works.map(({ title, figures }) => ({
    title,
    microseconds: Object.fromEntries(figures),
  }));
  const { deno, v8 } = Deno.version;
  return JSON.stringify({ deno, v8, seconds, works: plain, heap, verdicts }, null, 2);
}

export function asText({ works, heap, verdicts, seconds }: Report): string {
  const lines = [columns("time for one", "min", "median", "p75", "by hand"), ""];
  for (const { title, figures } of works) {
    lines.push(title);
    const hand = figures.get("by hand")?.median;
    for (const [name, { min, median, p75 }] of figures) {
      const ratio = hand === undefined ? "" : `${(median / hand).toFixed(2)} x`;
      lines.push(columns(`  ${name}`, time(min), time(median), time(p75), ratio));
    }
  }
  const base = heap.find(({ name }) => name === "by hand")?.bytesPerRow ?? NaN;
  lines.push("bytes of heap a row (an id and six cells)");
  for (const { name, bytesPerRow } of heap) {
    const ratio = `${(bytesPerRow / base).toFixed(2)} x`;
    lines.push(columns(`  ${name}`, "", bytesPerRow.toFixed(0), "", ratio));
  }
  lines.push("", "targets, by medians");
  for (const { target, figure, limit, unit, met } of verdicts) {
    const shown = `${figure.toFixed(3)} ${unit}`.padStart(11);
    const allowed = `at most ${limit.toFixed(3)} ${unit}`.padEnd(18);
    lines.push(`  ${met ? "met   " : "missed"} ${shown}  ${allowed}  ${target}`);
  }
  const met = verdicts.filter((each) => each.met).length;
  lines.push("", `${met} of ${verdicts.length} targets met, in ${seconds.toFixed(0)} s`);
  return lines.join("\n");
}

function columns(name: string, ...cells: readonly string[]): string {
  return `${name.padEnd(42)}${cells.map((cell) => cell.padStart(12)).join("")}`.trimEnd();
}

function time(micros: number): string {
  if (micros >= 1_000) return `${(micros / 1_000).toFixed(2)} ms`;
  return `${micros.toFixed(micros < 10 ? 3 : 1)} us`;
}
