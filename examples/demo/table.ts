/**
 * The answers as one table of at most 100 columns.
 *
 * @module
 */
import type { Plan } from "../../mod.ts";
import type { Answer } from "./ask.ts";
import type { Style } from "./style.ts";

const number = new Intl.NumberFormat("en");
const WIDTHS = { title: 40, rows: 7, first: 10, again: 10 } as const;
const TEXT = 96;

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
  const more = answer.rows > answer.shown.length ? ", ..." : "";
  const below = answer.wrong ?? `${answer.shown.join(", ")}${more}`;
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

/** From the plan: each table's access, then where the order comes from. */
export function how(plan: Plan): string {
  const steps = plan.steps.map((step) =>
    step.access === "index" ? `index ${step.index}` : `${step.access} ${step.table}`
  );
  const order = { index: "in order", sort: "sorted", none: "" }[plan.order];
  return [...steps, order].filter((part) => part !== "").join(", ");
}

function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 3).join("")}...`;
}
