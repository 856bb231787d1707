/**
 * Draws what a write costs against the size of its table, both on logarithmic scales.
 *
 * @module
 */
import { type Growth, SIZES } from "./live_growth.ts";

const [WIDTH, HEIGHT] = [720, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 150, 48, 52];
const COLORS = ["#888888", "#1b6ca8", "#c1440e", "#2e8540", "#7a3e9d", "#b8860b"];
const TICKS = [0.5, 1, 2, 5, 10, 20, 50, 100] as const;

/** The drawing as the text of an SVG. */
export function drawGrowth(lines: readonly Growth[]): string {
  const most = Math.max(20, ...lines.flatMap(({ micros }) => micros));
  const ticks = TICKS.filter((tick) => tick / 2 <= most);
  const [low, high] = [ticks[0] ?? 1, ticks.at(-1) ?? 1];
  const x = (i: number) => LEFT + i * (WIDTH - LEFT - RIGHT) / (SIZES.length - 1);
  const y = (micros: number) =>
    HEIGHT - BOTTOM -
    Math.log(Math.max(micros, low) / low) / Math.log(high / low) * (HEIGHT - TOP - BOTTOM);
  const round = (value: number) => value.toFixed(1);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="26" font-size="15">One write with a live query open, listener included</text>`,
  ];
  for (const tick of ticks) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(tick))}" y2="${
        round(y(tick))
      }" stroke="#dddddd"/>`,
      `<text x="${LEFT - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${tick} us</text>`,
    );
  }
  SIZES.forEach((size, i) => {
    const label = size.toLocaleString("en");
    parts.push(
      `<text x="${round(x(i))}" y="${HEIGHT - BOTTOM + 24}" text-anchor="middle">${label}</text>`,
    );
  });
  parts.push(
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${
      HEIGHT - 8
    }" text-anchor="middle">rows in the table</text>`,
  );
  // Names at the ends of the lines, apart from each other.
  const ends = lines.map(({ micros }, i) => ({ i, at: y(micros.at(-1) ?? low) }))
    .sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => end.at = Math.max(end.at, (ends[i - 1]?.at ?? -Infinity) + 16));
  lines.forEach(({ name, micros }, i) => {
    const color = COLORS[i % COLORS.length] ?? "#000000";
    const points = micros.map((value, j) => `${round(x(j))},${round(y(value))}`);
    parts.push(
      `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...points.map((point) => {
        const [cx, cy] = point.split(",");
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
      }),
      `<text x="${WIDTH - RIGHT + 10}" y="${
        round((ends.find((end) => end.i === i)?.at ?? 0) + 4)
      }" fill="${color}">${name}</text>`,
    );
  });
  return `${parts.join("\n")}\n</svg>\n`;
}
