/**
 * What was measured and which targets it meets, as text or as JSON.
 *
 * @module
 */
import type { Work } from "./harness.ts";

export interface Verdict {
  readonly target: string;
  /** What was measured: a ratio of medians, microseconds or MiB. It decides. */
  readonly figure: number;
  /** The same of the shortest times, which a busy machine disturbs least. */
  readonly least: number;
  readonly limit: number;
  readonly unit: "x" | "us" | "MiB";
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
  { figure, least }: Pick<Verdict, "figure" | "least">,
  { limit, unit = "x" }: { readonly limit: number; readonly unit?: Verdict["unit"] },
): Verdict {
  return { target, figure, least, limit, unit, met: figure <= limit };
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
  if (heap.length > 0) lines.push("bytes of heap a row (an id and six cells)");
  for (const { name, bytesPerRow } of heap) {
    const ratio = `${(bytesPerRow / base).toFixed(2)} x`;
    lines.push(columns(`  ${name}`, "", bytesPerRow.toFixed(0), "", ratio));
  }
  lines.push("", columns("targets", "by min", "by median", "at most", ""));
  for (const { target, figure, least, limit, unit, met } of verdicts) {
    const cells = [least, figure, limit].map((value) => `${value.toFixed(3)} ${unit}`);
    lines.push(columns(`  ${target}`, ...cells, met ? "met" : "missed"));
  }
  const met = verdicts.filter((each) => each.met).length;
  lines.push("", `${met} of ${verdicts.length} targets met, in ${seconds.toFixed(0)} s`);
  return lines.join("\n");
}

function columns(name: string, ...cells: readonly string[]): string {
  return `${name.padEnd(42)}${cells.map((cell) => cell.padStart(12)).join("")}`.trimEnd();
}

/** Microseconds as text. */
export function time(micros: number): string {
  if (micros >= 1_000) return `${(micros / 1_000).toFixed(2)} ms`;
  return `${micros.toFixed(micros < 10 ? 3 : 1)} us`;
}
