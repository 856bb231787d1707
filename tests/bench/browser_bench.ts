/**
 * Both layouts on IndexedDB against IndexedDB by hand and the libraries that one would use instead, in a
 * visible page of a real Chromium.
 *
 * `deno task bench:browser`; `--rows N`, `--rounds N` and `--writes N` say how much, `--plot` draws
 * `docs/indexed_db.svg` and puts the table into `docs/browser.md`. It ends with exit code 1 when results differ,
 * not when a target is missed.
 *
 * @module
 */
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { ARGS, findChromium } from "../browser/browser.ts";
import { serveSite } from "../browser/site.ts";
import type { Bench, Measured } from "./browser/page.ts";
import { type Bars, drawBars } from "./browser/plot.ts";
import { figuresOf } from "./harness.ts";

/** In the page, which has it by its script. */
declare const bench: Bench;

const [BEGIN, END] = ["<!-- figures of deno task bench:browser -->", "<!-- end of the figures -->"];
const PACKAGES = ["@preact/signals-core", "dexie", "idb-keyval", "localforage"];

function option(name: string, preset: number): number {
  const place = Deno.args.indexOf(`--${name}`);
  return place < 0 ? preset : Number(Deno.args[place + 1]);
}

/** Milliseconds from a write in one tab until a live query in another has it. */
async function across(writer: Page, watcher: Page, kind: "log" | "rows"): Promise<number[]> {
  for (const page of [writer, watcher]) await page.evaluate((kind) => bench.open(kind), kind);
  await watcher.evaluate(() => bench.watch());
  const took: number[] = [];
  for (let i = -3; i < option("writes", 300); i++) {
    const began = await writer.evaluate((amount) => bench.write(amount), i);
    await watcher.waitForFunction((amount) => bench.saw(amount) !== undefined, i);
    const seen = await watcher.evaluate((amount) => bench.saw(amount), i);
    if (i >= 0) took.push((seen ?? NaN) - began);
  }
  return took.sort((a, b) => a - b);
}

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

interface Found {
  readonly works: readonly { readonly title: string; readonly measured: Measured }[];
  /** By layout: median and 99th percentile. */
  readonly across: readonly (readonly [name: string, median: number, p99: number])[];
}

async function run(): Promise<Found> {
  await using packages = await peerPackages(PACKAGES);
  await using site = await serveSite(
    new URL("./browser/page.ts", import.meta.url),
    packages.folder,
  );
  const args = [...ARGS, "--js-flags=--expose-gc"];
  const browser = await chromium.launch({ executablePath: findChromium(), args });
  try {
    const context = await browser.newContext();
    const page = await openPage(context, site.url);
    await page.evaluate(() => bench.agree());
    const amount = { rows: option("rows", 10_000), rounds: option("rounds", 5) };
    const rows = amount.rows.toLocaleString("en");
    const inserted = await page.evaluate((amount) => bench.insert(amount), amount);
    const [loaded = [], got = [], put = []] = await page.evaluate(
      (amount) => bench.use(amount),
      amount,
    );
    const found: (readonly [string, number, number])[] = [];
    const watcher = await openPage(context, site.url);
    for (const kind of ["log", "rows"] as const) {
      const took = await across(page, watcher, kind);
      const p99 = took[Math.floor(took.length * 0.99)] ?? NaN;
      found.push([`Strata, ${kind}`, figuresOf(took).median, p99]);
    }
    return {
      works: [
        { title: `insert ${rows} rows, 3 indexes`, measured: inserted },
        { title: "load and first query", measured: loaded },
        { title: "get by key, warm", measured: got },
        { title: "one-row commit", measured: put },
      ],
      across: found,
    };
  } finally {
    await browser.close();
  }
}

const ms = (micros: number) =>
  micros < 100
    ? `${micros.toFixed(1)} us`
    : `${(micros / 1_000).toFixed(micros < 10_000 ? 2 : 0)} ms`;

function asTable({ works, across }: Found): string {
  const names = works[0]?.measured.map(([name]) => name) ?? [];
  const lines = [
    `| Work, median | ${names.join(" | ")} |`,
    `| --- |${" --- |".repeat(names.length)}`,
  ];
  for (const { title, measured } of works) {
    const figures = new Map(measured);
    lines.push(
      `| ${title} | ${names.map((name) => ms(figures.get(name)?.median ?? NaN)).join(" | ")} |`,
    );
  }
  const seen = across.map(([name, median, p99]) =>
    `${name}: ${median.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  );
  return `${lines.join("\n")}\n\nA write in one tab, seen by a live query in another, median: ${
    seen.join("; ")
  }.`;
}

const found = await run();
const text = asTable(found);
console.log(text);
if (Deno.args.includes("--plot")) {
  const bars = found.works.map(({ title, measured }): Bars => ({
    title,
    bars: measured.map(([name, { median }]) => [name, median / 1_000]),
  }));
  const docs = new URL("../../docs/", import.meta.url);
  await Deno.writeTextFile(new URL("indexed_db.svg", docs), drawBars(bars));
  const page = new URL("browser.md", docs);
  const [before, , after] = (await Deno.readTextFile(page)).split(
    new RegExp(`(?<=${BEGIN})|(?=${END})`),
  );
  await Deno.writeTextFile(page, `${before}\n\n${text}\n\n${after}`);
}
