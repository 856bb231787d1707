/** A bar for each contestant, of a work each: milliseconds on a logarithmic scale. */
export interface Bars {
  readonly title: string;
  readonly bars: readonly (readonly [name: string, ms: number])[];
}

const [WIDTH, BAR, GAP, LEFT] = [720, 16, 34, 200];
const COLORS: Readonly<Record<string, string>> = {
  "Strata, log": "#1b6ca8",
  "Strata, rows": "#2e8540",
};

/** The drawing as the text of an SVG. */
export function drawBars(works: readonly Bars[]): string {
  const all = works.flatMap(({ bars }) => bars.map(([, ms]) => ms));
  const low = Math.min(...all) / 2;
  const span = Math.log(Math.max(...all) / low);
  const parts: string[] = [];
  let y = 16;
  for (const { title, bars } of works) {
    parts.push(`<text x="8" y="${y + 12}" font-size="15">${title}</text>`);
    y += 24;
    for (const [name, ms] of bars) {
      const width = Math.log(ms / low) / span * (WIDTH - LEFT - 110);
      const color = COLORS[name] ?? "#999999";
      const label = ms < 0.1
        ? `${(ms * 1_000).toFixed(1)} us`
        : `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
      parts.push(
        `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${name}</text>`,
        `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${
          BAR - 3
        }" fill="${color}"/>`,
        `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 11}">${label}</text>`,
      );
      y += BAR;
    }
    y += GAP - BAR;
  }
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" ` +
    `font-family="sans-serif" font-size="12">`;
  const ground = `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`;
  return `${[open, ground, ...parts].join("\n")}\n</svg>\n`;
}
