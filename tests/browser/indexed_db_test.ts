/**
 * IndexedDB in a real Chromium: `deno task test:browser`. It needs a browser, so without
 * `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { runsOf } from "../model/runs.ts";
import { ARGS, findChromium, openBrowser } from "./browser.ts";
import type { Layouts } from "../drivers/indexed_db/layouts.ts";
import type { Strata } from "./indexed_db_page.ts";
import { startBrowser } from "./killed_browser.ts";
import { serveSite } from "./site.ts";
import type { Amounts } from "./suites.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";

/** In the page, which has it by its script. */
declare const strata: Strata;

const INCREMENTS = runsOf(1) === 1 ? 200 : 1_000;
const KILLS = runsOf(1) === 1 ? 3 : 50;
const AMOUNTS: Amounts = { histories: runsOf(20), queries: runsOf(60), lives: runsOf(3) };
/** Of rows that are asked for one query at a time. */
const FEWER: Amounts = { histories: runsOf(4), queries: runsOf(8), lives: runsOf(2) };
/** There are more; fewer say that the suites were not bundled whole. */
const LEAST = 380;

/** The page is bundled once, and one browser started, for all tests. */
const site = once(async () => {
  await using packages = await peerPackages(["@preact/signals-core", "fast-check"]);
  return await serveSite(new URL("./indexed_db_page.ts", import.meta.url), packages.folder);
});
const browser = once(() => chromium.launch({ executablePath: findChromium(), args: ARGS }));

/** Makes something when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto((await site()).url);
  return page;
}
/** Two tabs with the database open. */
async function openTwo(context: BrowserContext, layouts: Layouts): Promise<[Page, Page]> {
  const tabs: [Page, Page] = [await openPage(context), await openPage(context)];
  for (const tab of tabs) await tab.evaluate((layouts) => strata.open(layouts), layouts);
  return tabs;
}

function register(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `chromium, IndexedDB: ${name}${
      ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"
    }`,
    ignore: !ASKED,
    sanitizeOps: false, // of the connection to the browser, and of the site
    sanitizeResources: false,
    fn,
  });
}
type Run = (context: BrowserContext, layouts: Layouts) => Promise<void>;

/** A test in a context of its own, tabs that share what they store, for each layout. */
function test(name: string, run: Run, all: readonly Layouts[] = ["log", "rows"]): void {
  for (const layouts of all) {
    register(`${layouts}: ${name}`, async () => {
      const context = await (await browser()).newContext();
      await run(context, layouts);
      await context.close();
    });
  }
}

test("the suites pass in the page", async (context, layouts) => {
  const page = await openPage(context);
  const { passed, failed, failures } = await page.evaluate(
    ([layouts, amounts]) => strata.suites(layouts, amounts),
    [layouts, layouts === "log" ? AMOUNTS : FEWER] as const,
  );
  assertEquals(failures, []);
  assertEquals(failed, 0);
  assert(passed >= LEAST, `${passed} tests are too few`);
}, ["log", "rows", "mixed"]);

test(`two tabs with ${INCREMENTS} increments each lose none`, async (context, layouts) => {
  const tabs = await openTwo(context, layouts);
  const most = await Promise.all(
    tabs.map((tab) => tab.evaluate((times) => strata.increments(times), INCREMENTS)),
  );
  console.log(`${most} runs at most`);
  for (const tab of tabs) assertEquals(await tab.evaluate(() => strata.count()), 2 * INCREMENTS);
  assert(Math.max(...most) < 10, `One took ${most} runs`);
  // Verbs compute where they are written, and never run again.
  await Promise.all(tabs.map((tab) => tab.evaluate((times) => strata.adds(times), INCREMENTS)));
  for (const tab of tabs) assertEquals(await tab.evaluate(() => strata.count()), 4 * INCREMENTS);
});

test("a commit in one tab is told in another, in order", async (context, layouts) => {
  const [here, there] = await openTwo(context, layouts);
  await there.evaluate(() => strata.hear());
  await here.evaluate(() => strata.adds(20));
  await there.waitForFunction(() => strata.heard.at(19)?.n !== undefined);
  const heard = await there.evaluate(() => strata.heard);
  const first = heard[0]?.seq ?? 0;
  assertEquals(heard.map(({ seq }) => seq), heard.map((_, i) => first + i));
  assertEquals(new Set(heard.map(({ source }) => source)), new Set(["process"]));
  assertEquals(new Set(heard.flatMap(({ tables }) => tables)), new Set(["counters"]));
  assertEquals(heard.at(-1)?.n, 20);
});

test(
  "a deleted database closes the tabs that have it open, and waits for none",
  async (context, layouts) => {
    const [here, there] = await openTwo(context, layouts);
    await here.evaluate(() =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase("shared");
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      })
    );
    assertEquals(await there.evaluate(() => strata.closed()), { reason: "lost" });
    await here.reload();
    assertEquals(await here.evaluate((layouts) => strata.open(layouts), layouts), 1);
  },
);

test("a page that was put away is up to date when it is back", async (context, layouts) => {
  const [here, there] = await openTwo(context, layouts);
  await here.evaluate(() => {
    strata.hear();
    dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  });
  await there.evaluate(() => strata.adds(3));
  assertEquals(await here.evaluate(() => strata.heard), []);
  await here.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  await here.waitForFunction(() => strata.heard.length >= 3);
  await there.evaluate(() => strata.adds(1));
  await here.waitForFunction(() => strata.heard.length >= 4);
  await here.evaluate(() => strata.adds(1));
  assertEquals(await here.evaluate(() => strata.count()), 5);
  await there.evaluate(() => strata.adds(1));
  assertEquals(await there.evaluate(() => strata.count()), 6);
});

for (const layouts of ["log", "rows"] as const) {
  register(
    `${layouts}: a full quota refuses a write, keeps what is there, and takes more after deletes`,
    () => fillQuota(layouts),
  );
  register(
    `${layouts}: nothing acknowledged is lost by kill -9 while writing, ${KILLS} times`,
    () => killWhileWriting(layouts),
  );
}

async function fillQuota(layouts: Layouts): Promise<void> {
  await using context = await openBrowser(); // what is on a disk counts
  const page = await openPage(context);
  const client = await context.newCDPSession(page);
  await client.send("Storage.overrideQuotaForOrigin", {
    origin: new URL((await site()).url).origin,
    quotaSize: 12_000_000,
  });
  await page.evaluate((layouts) => strata.open(layouts), layouts);
  assertEquals(await page.evaluate(() => strata.fill()), { code: "full", committed: "no", n: 0 });
  assertEquals(await page.evaluate(() => strata.free()), -1);
  await page.reload();
  await page.evaluate((layouts) => strata.open(layouts), layouts);
  assertEquals(await page.evaluate(() => strata.count()), 0);
}

async function killWhileWriting(layouts: Layouts): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "strata_" });
  const acknowledged = new Set<number>();
  for (let i = 0; i <= KILLS; i++) {
    const { context, kill } = await startBrowser(profile);
    const page = await openPage(context);
    await page.exposeFunction("tell", (batch: number) => void acknowledged.add(batch));
    await page.evaluate((layouts) => strata.open(layouts), layouts);
    const batches = await page.evaluate(() => strata.batches());
    const there = new Set(batches);
    assertEquals(batches.length, 2 * there.size, "half a commit");
    assertEquals([...acknowledged].filter((batch) => !there.has(batch)), [], "lost");
    if (i < KILLS) {
      const begun = acknowledged.size;
      page.evaluate(
        (first) => strata.write(first, (globalThis as never)["tell"]),
        Math.max(0, ...there) + 1,
      ).catch(() => {}); // it is cut off
      while (acknowledged.size < begun + 5) await new Promise((done) => setTimeout(done, 5));
      await new Promise((done) => setTimeout(done, Math.random() * 100));
    }
    await kill();
  }
  assert(acknowledged.size >= 5 * KILLS);
  // What the browser has left running may still write there.
  await Deno.remove(profile, { recursive: true }).catch(() => {});
}

register("the browser and the site end", async () => {
  await (await browser()).close();
  await (await site())[Symbol.asyncDispose]();
});
