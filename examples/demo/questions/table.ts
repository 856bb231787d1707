/**
 * The answers as one table of at most 100 columns.
 *
 * @module
 */
import type { Plan } from "@strata/data";
import type { Answer } from "./ask.ts";
import type { Style } from "./style.ts";

const number = new Intl.NumberFormat("en");
const TITLE = 36;
const ROWS = 6;
const TIME = 8;
const LINE = 100;

export function head(sources: readonly string[], style: Style): string {
  return style.dim(cells("question", "rows", sources, "same  how it ran"));
}

/** Two lines: the figures, and below them the first rows. */
export function lines(answer: Answer, style: Style): string {
  const mark = answer.wrong === undefined ? style.good("✓") : style.bad("✗");
  const same = answer.same ? "yes " : "NO  ";
  const figures = cells(
    answer.title,
    number.format(answer.rows),
    answer.ms.map(time),
    `${same}  ${how(answer.plan)}`,
  );
  const more = answer.rows > answer.shown.length ? " · …" : "";
  const below = answer.wrong ?? `${answer.shown.join(" · ")}${more}`;
  const paint = answer.wrong === undefined ? style.dim : style.bad;
  return `${mark}${figures.slice(1)}\n  ${paint(cut(below, LINE - 2))}`;
}

function cells(title: string, rows: string, times: readonly string[], rest: string): string {
  const parts = [
    "  ",
    title.padEnd(TITLE),
    rows.padStart(ROWS),
    ...times.map((text) => text.padStart(TIME)),
    "  ",
    rest,
  ];
  return cut(parts.join(""), LINE);
}

function time(ms: number): string {
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return ms >= 0.1 ? `${ms.toFixed(1)} ms` : `${(ms * 1000).toFixed(0)} µs`;
}

/** From the plan: how each table is reached in turn, then where the order comes from. */
function how(plan: Plan): string {
  const steps = plan.steps.map(({ access }) => access);
  const order = { index: "in order", sort: "sort", none: "" }[plan.order];
  return [...steps, order].filter((part) => part !== "").join(", ");
}

function cut(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, width - 1).join("")}…`;
}
