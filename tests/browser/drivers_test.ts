/**
 * Web storage and OPFS in a real Chromium: `deno task test:browser`. It needs a browser, so without
 * `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { runsOf } from "../model/runs.ts";
import { ARGS, findChromium, openBrowser } from "./browser.ts";
import type { Kind, Strata } from "./drivers_page.ts";
import { startBrowser } from "./killed_browser.ts";
import { serveSite } from "./site.ts";
import type { Amounts } from "./suites.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";

/** In the page, which has it by its script. */
declare const strata: Strata;

const LONG = runsOf(1) > 1;
const INCREMENTS = LONG ? 1_000 : 100;
const KILLS = LONG ? 50 : 2;
const AMOUNTS: Amounts = { histories: runsOf(10), queries: runsOf(20), lives: runsOf(3) };
/** There are more; fewer say that the suites were not bundled whole. */
const LEAST = 380;
/** A name whose pages have no Web Locks, since it is no secure one. */
const INSECURE = "insecure.test";

/** The page is bundled once, and one browser started, for all tests. */
const site = once(async () => {
  await using packages = await peerPackages(["@preact/signals-core", "fast-check"]);
  return await serveSite(new URL("./drivers_page.ts", import.meta.url), packages.folder, {
    "/opfs_worker.js": new URL("../../drivers/opfs_worker.ts", import.meta.url),
  });
});
const browser = once(() =>
  chromium.launch({
    executablePath: findChromium(),
    args: [...ARGS, `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`],
  })
);

/** Makes something when it is first asked for. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

async function openPage(context: BrowserContext, host = "127.0.0.1"): Promise<Page> {
  const page = await context.newPage();
  await page.goto((await site()).url.replace("127.0.0.1", host));
  return page;
}
/** Two tabs with the database open. */
async function openTwo(context: BrowserContext, kind: Kind): Promise<[Page, Page]> {
  const tabs: [Page, Page] = [await openPage(context), await openPage(context)];
  for (const tab of tabs) await tab.evaluate((kind) => strata.open(kind), kind);
  return tabs;
}
/** Calls a function of `strata` in a worker of the page, which is made when it is first asked for. */
function inWorker(page: Page, name: keyof Strata, ...args: readonly unknown[]): Promise<unknown> {
  return page.evaluate(([name, args]) => {
    const own = globalThis as never as { suites?: Worker };
    const worker = own.suites ??= new Worker("/page.js");
    return new Promise<unknown>((resolve, reject) => {
      const id = Math.random();
      worker.addEventListener("message", ({ data }) => {
        if (data.id !== id) return;
        if (data.error) reject(new Error(data.error));
        else resolve(data.value);
      });
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage([id, name, ...args]);
    });
  }, [name, args] as const);
}

function register(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `chromium, ${name}${ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"}`,
    ignore: !ASKED,
    sanitizeOps: false, // of the connection to the browser, and of the site
    sanitizeResources: false,
    fn,
  });
}
/** A test in a context of its own: tabs that share what they store. */
function test(name: string, run: (context: BrowserContext) => Promise<void>): void {
  register(name, async () => {
    const context = await (await browser()).newContext();
    await run(context);
    await context.close();
  });
}

for (const kind of ["webStorage", "opfs"] as const) {
  // A page has OPFS through a worker, where the quick form runs the suites.
  if (kind === "webStorage" || LONG) {
    test(`${kind}: the suites pass in the page`, async (context) => {
      const page = await openPage(context);
      const { passed, failed, failures } = await page.evaluate(
        ([kind, amounts]) => strata.suites(kind, amounts),
        [kind, AMOUNTS] as const,
      );
      assertEquals(failures, []);
      assertEquals(failed, 0);
      assert(passed >= LEAST, `${passed} tests are too few`);
    });
  }

  test(`${kind}: two tabs with ${INCREMENTS} increments each lose none`, async (context) => {
    const tabs = await openTwo(context, kind);
    await tabs[0].evaluate(() => strata.hear());
    const most = await Promise.all(
      tabs.map((tab) => tab.evaluate((times) => strata.increments(times), INCREMENTS)),
    );
    console.log(`${kind}: ${most} runs at most`);
    for (const tab of tabs) {
      await tab.waitForFunction(
        async (n) => await strata.count() === n,
        2 * INCREMENTS,
        { polling: 20 },
      );
    }
    assert(Math.max(...most) < 10, `One took ${most} runs`);
    await Promise.all(tabs.map((tab) => tab.evaluate(() => strata.adds(50))));
    await tabs[0].waitForFunction(
      ([n]) => JSON.stringify(strata.live) === JSON.stringify([{ id: "c", n }]),
      [2 * INCREMENTS + 100],
    );
    const seqs = (await tabs[0].evaluate(() => strata.heard)).map(({ seq }) => seq);
    assertEquals(seqs, [...new Set(seqs)].sort((a, b) => a - b));
    assertEquals(seqs.at(-1), 2 * INCREMENTS + 101);
  });

  test(`${kind}: tabs that are killed while they write leave whole commits, and others go on`, async (context) => {
    const [here, there] = await openTwo(context, kind);
    await there.evaluate(() => strata.hear());
    let told = 0;
    await here.exposeFunction("tell", () => void told++);
    here.evaluate(() => strata.write(1, (globalThis as never)["tell"])).catch(() => {}); // cut off
    while (told < 10) await new Promise((done) => setTimeout(done, 5));
    const client = await context.newCDPSession(here);
    client.send("Page.crash").catch(() => {}); // it ends with the page
    await there.evaluate(() => strata.adds(5));
    const batches = await there.evaluate(() => strata.batches());
    assertEquals(batches.length, 2 * new Set(batches).size, "half a commit");
    assert(batches.length >= 10);
    const again = await openPage(context);
    await again.evaluate((kind) => strata.open(kind), kind);
    assertEquals(await again.evaluate(() => strata.batches()), batches);
    assertEquals(await again.evaluate(() => strata.count()), 5);
  });

  register(
    `${kind}: never half a commit after kill -9 of the browser, ${KILLS} times`,
    async () => {
      const profile = await Deno.makeTempDir({ prefix: "strata_" });
      const acknowledged = new Set<number>();
      for (let i = 0; i <= KILLS; i++) {
        const { context, kill } = await startBrowser(profile);
        const page = await openPage(context);
        let told = 0;
        await page.exposeFunction("tell", (batch: number) => {
          told++;
          acknowledged.add(batch);
        });
        await page.evaluate((kind) => strata.open(kind), kind);
        const batches = await page.evaluate(() => strata.batches());
        const there = new Set(batches);
        assertEquals(batches.length, 2 * there.size, "half a commit");
        const lost = [...acknowledged].filter((batch) => !there.has(batch));
        // Web storage promises nothing of the last seconds.
        if (kind === "opfs") assertEquals(lost, [], "lost");
        else for (const batch of lost) acknowledged.delete(batch);
        if (i < KILLS) {
          page.evaluate(
            (first) => strata.write(first, (globalThis as never)["tell"]),
            Math.max(0, ...there) + 1,
          ).catch(() => {}); // it is cut off
          while (told < 5) await new Promise((done) => setTimeout(done, 5));
          await new Promise((done) => setTimeout(done, Math.random() * 100));
        }
        await kill();
      }
      await Deno.remove(profile, { recursive: true }).catch(() => {}); // may still be written to
    },
  );
}

test("webStorage: a full area refuses a write, keeps what is there, and takes more after deletes", async (context) => {
  const page = await openPage(context);
  // What others have stored takes most of the area, so that filling it takes less time.
  await page.evaluate(() => localStorage.setItem("others", "x".repeat(4_000_000)));
  await page.evaluate(() => strata.open("webStorage"));
  assertEquals(await page.evaluate(() => strata.fill()), { code: "full", committed: "no", n: 0 });
  assertEquals(await page.evaluate(() => strata.free()), -1);
  await page.reload();
  await page.evaluate(() => strata.open("webStorage"));
  assertEquals(await page.evaluate(() => strata.count()), 0);
});

test("webStorage: without Web Locks one tab has it, until it is closed or gone", async (context) => {
  const tabs: Page[] = [];
  for (let i = 0; i < 3; i++) tabs.push(await openPage(context, INSECURE));
  const [one, two, three] = tabs as [Page, Page, Page];
  assertEquals(await one.evaluate(() => typeof navigator.locks), "undefined");
  const open = (page: Page) => page.evaluate(() => strata.refused("webStorage"));
  assertEquals(await open(one), "");
  assertEquals(await open(two), "unavailable");
  assertEquals(await one.evaluate(async () => (await strata.adds(3), await strata.count())), 3);
  await one.evaluate(() => strata.close());
  assertEquals(await open(two), "");
  assertEquals(await two.evaluate(async () => (await strata.adds(1), await strata.count())), 4);
  const client = await context.newCDPSession(two);
  client.send("Page.crash").catch(() => {}); // it ends with the page
  await new Promise((done) => setTimeout(done, 200));
  assertEquals(await open(three), "");
  assertEquals(await three.evaluate(() => strata.count()), 4);
  const both = await Promise.all([open(three), openPage(context, INSECURE).then(open)]);
  assertEquals(both, ["", "unavailable"]);
});

test("opfs: the suites pass in a worker", async (context) => {
  const page = await openPage(context);
  const ended = await inWorker(page, "suites", "opfs", AMOUNTS);
  const { passed, failures } = ended as { passed: number; failures: string[] };
  assertEquals(failures, []);
  assert(passed >= LEAST, `${passed} tests are too few`);
});

test(`opfs: two workers and a tab with ${INCREMENTS} increments each lose none`, async (context) => {
  const tabs = [await openPage(context), await openPage(context), await openPage(context)];
  const [one, two, three] = tabs as [Page, Page, Page];
  await inWorker(one, "open", "opfs");
  await inWorker(two, "open", "opfs");
  await three.evaluate(() => strata.open("opfs"));
  const most = await Promise.all([
    inWorker(one, "increments", INCREMENTS),
    inWorker(two, "increments", INCREMENTS),
    three.evaluate((times) => strata.increments(times), INCREMENTS),
  ]);
  assert(Math.max(...most.map(Number)) < 10, `One took ${most} runs`);
  await three.evaluate(() => strata.adds(1));
  assertEquals(await three.evaluate(() => strata.count()), 3 * INCREMENTS + 1);
});

test("opfs: a worker that ends under a write is told, with what became of the write", async (context) => {
  const page = await openPage(context);
  await page.evaluate(() => strata.open("opfs"));
  for (let i = 0; i < runsOf(5); i++) {
    const { told, added } = await page.evaluate(() => strata.endWorker());
    assertEquals(told, added === 1 ? "yes" : "no");
  }
});

test("opfs: where something is missing it is named", async (context) => {
  const page = await openPage(context, INSECURE);
  assertEquals(await page.evaluate(() => strata.refused("opfs")), "unavailable");
});

test("auto: takes the best that can be written, and says why", async (context) => {
  const page = await openPage(context);
  assertEquals(await page.evaluate(() => strata.auto()), {
    name: "indexedDb",
    reasons: [
      "indexedDb: taken",
      "opfs: not tried, indexedDb is better",
      "webStorage: not tried, indexedDb is better",
      "memory: not needed, indexedDb keeps data",
    ],
  });
  const auto = await page.evaluate(() => {
    Object.defineProperty(globalThis, "indexedDB", { value: undefined });
    return strata.auto();
  });
  assertEquals([auto.name, auto.reasons.slice(0, 3)], ["webStorage", [
    "indexedDb: there is none here",
    "opfs: in a page it needs a worker",
    "webStorage: taken",
  ]]);
  const inside = await inWorker(page, "auto") as { name: string };
  assertEquals(inside.name, "indexedDb");
});

register("auto: where site data is blocked it takes memory, and says why", async () => {
  await using context = await openBrowser({
    profile: { default_content_setting_values: { cookies: 2 } },
  });
  const page = await openPage(context);
  const { name, reasons } = await page.evaluate(() => strata.auto());
  assertEquals(name, "memory");
  assert(reasons.every((reason) => !reason.includes("taken") || reason.startsWith("memory")));
});

register("drivers: the browser and the site end", async () => {
  await (await browser()).close();
  await (await site())[Symbol.asyncDispose]();
});
