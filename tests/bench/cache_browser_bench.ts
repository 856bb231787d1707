/**
 * The cache on IndexedDB beside idb-keyval, and blobs there with chunks of several sizes, in a visible page of a real
 * Chromium: `deno task bench:cache-browser`; `--mib=8` says how much content, `--rounds=5` how often.
 *
 * @module
 */
import { chromium } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { ARGS, findChromium } from "../browser/browser.ts";
import { serveSite } from "../browser/site.ts";
import type { Bench, Measured } from "./cache/page.ts";

/** In the page, which has it by its script. */
declare const bench: Bench;

const SIZES = [64, 128, 256, 512, 1_024];

function option(name: string, preset: number): number {
  const given = Deno.args.find((arg) => arg.startsWith(`--${name}=`));
  return given === undefined ? preset : Number(given.slice(name.length + 3));
}

function print(found: readonly (readonly [title: string, Measured])[]): void {
  for (const [title, measured] of found) {
    console.log(`\n${title}`.padEnd(41), "min us  median     p75   ratio");
    const base = measured[0]?.[1].median ?? NaN;
    for (const [name, { min, median, p75 }] of measured) {
      const cells = [min, median, p75].map((cell) => cell.toFixed(1).padStart(7));
      console.log(`  ${name}`.padEnd(39), ...cells, (median / base).toFixed(2).padStart(7));
    }
  }
}

await using packages = await peerPackages(["@preact/signals-core", "idb-keyval"]);
await using site = await serveSite(new URL("./cache/page.ts", import.meta.url), packages.folder);
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: [...ARGS, "--js-flags=--expose-gc"],
});
try {
  const page = await browser.newPage();
  await page.goto(site.url);
  const rounds = option("rounds", 5);
  print(await page.evaluate((rounds) => bench.cache(rounds), rounds * 2));
  print(
    await page.evaluate(
      ([mib, sizes, rounds]) => bench.chunks(mib, sizes, rounds),
      [option("mib", 8), SIZES, rounds] as [number, number[], number],
    ),
  );
} finally {
  await browser.close();
}
