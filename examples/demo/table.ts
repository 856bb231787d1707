/**
 * The answers as one table of at most 100 columns.
 *
 * @module
 */
import type { Plan } from "../../mod.ts";
import type { Answer } from "./ask.ts";
import type { Style } from "./style.ts";

const number = new Intl.NumberFormat("en");
const WIDTHS = { title: 36, rows: 6, first: 9, again: 8 } as const;
const TEXT = 98;

export function head(style: Style): string {
  return style.dim(cells("", "question", "rows", "first", "again", "how it ran"));
}

/** Two lines: the figures, and below them the first rows. */
export function lines(answer: Answer, style: Style): string {
  const mark = answer.wrong === undefined ? style.good("✓") : style.bad("✗");
  const rows = number.format(answer.rows);
  const line = cells(
    mark,
    answer.title,
    rows,
    time(answer.firstMs),
    time(answer.againMs),
    how(answer.plan),
  );
  const more = answer.rows > answer.shown.length ? " · …" : "";
  const below = answer.wrong ?? `${answer.shown.join(" · ")}${more}`;
  const paint = answer.wrong === undefined ? style.dim : style.bad;
  return `${line}\n  ${paint(cut(below, TEXT))}`;
}

function cells(
  mark: string,
  title: string,
  rows: string,
  first: string,
  again: string,
  how: string,
): string {
  return [
    mark === "" ? " " : mark,
    " ",
    title.padEnd(WIDTHS.title),
    rows.padStart(WIDTHS.rows),
    first.padStart(WIDTHS.first),
    again.padStart(WIDTHS.again),
    "   ",
    how,
  ].join("");
}

function time(ms: number): string {
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return ms >= 0.1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(0)} µs`;
}

/** From the plan: how each table is reached in turn, then where the order comes from. */
function how(plan: Plan): string {
  const steps = plan.steps.map(({ access, index }) =>
    access === "index" ? `index ${index}` : access
  );
  const order = { index: "in order", sort: "sort", none: "" }[plan.order];
  return [...steps, order].filter((part) => part !== "").join(", ");
}

function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join("")}…`;
}
