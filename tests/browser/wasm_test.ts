/**
 * SQLite WASM in a real Chromium: `deno task test:browser`. It needs a browser, so without
 * `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { runsOf } from "../model/runs.ts";
import { ARGS, findChromium } from "./browser.ts";
import { startBrowser } from "./killed_browser.ts";
import { serveSite } from "./site.ts";
import type { Strata } from "./wasm_page.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";
const LONG = runsOf(1) > 1;
const INCREMENTS = 200;
const KILLS = LONG ? 50 : 5;
/** There are more; fewer say that the suites were not bundled whole. */
const LEAST = 380;

/** In the page, which has it by its script. */
declare function ask(name: string, args: readonly unknown[]): Promise<unknown>;

/** The page is bundled once, and one browser started, for all tests. */
const site = once(async () => {
  const names = ["@preact/signals-core", "fast-check", "@sqlite.org/sqlite-wasm"];
  await using packages = await peerPackages(names);
  return await serveSite(new URL("./wasm_page.ts", import.meta.url), packages.folder, {
    "/sqlite3.wasm": new URL(
      `file://${packages.folder}/node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm`,
    ),
  });
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
/** Calls a function in the worker of a page. */
function call<Name extends keyof Strata>(
  page: Page,
  name: Name,
  ...args: readonly unknown[]
): Promise<
  Strata[Name] extends (...args: never[]) => infer Result ? Awaited<Result> : never
> {
  // It gives what the function does.
  return page.evaluate(([name, args]) => ask(name, args), [name, args] as const) as Promise<never>;
}
async function crash(context: BrowserContext, page: Page): Promise<void> {
  const client = await context.newCDPSession(page);
  client.send("Page.crash").catch(() => {}); // it ends with the page
}

function register(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `chromium, sqlite wasm: ${name}${
      ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"
    }`,
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

test("the suites pass in the worker of a page", async (context) => {
  const page = await openPage(context);
  const { passed, failures } = await call(page, "suites", runsOf(10), LONG ? 2_000 : 50);
  assertEquals(failures, []);
  assert(passed >= LEAST, `${passed} tests are too few`);
});

test("what was written is there after a reload", async (context) => {
  const page = await openPage(context);
  await call(page, "open");
  assertEquals(await call(page, "adds", 20), { told: [], wrong: 0 });
  await page.reload();
  await call(page, "open");
  assertEquals([await call(page, "numbers"), await call(page, "count")], [20, 0]);
  assertEquals(await call(page, "integrity"), { integrity_check: "ok" });
});

test(`two tabs with ${INCREMENTS} increments each lose none, and follow each other`, async (context) => {
  const [one, two] = [await openPage(context), await openPage(context)];
  await call(one, "open");
  await call(two, "open");
  await call(two, "hear");
  const most = await Promise.all([
    call(one, "increments", INCREMENTS),
    call(two, "increments", INCREMENTS),
  ]);
  for (const tab of [one, two]) assertEquals(await call(tab, "count"), 2 * INCREMENTS);
  assert(Math.max(...most) < 10, `One took ${most} runs`);
  await call(one, "increments", 1);
  const rows = JSON.stringify([{ id: "c", n: 2 * INCREMENTS + 1 }]);
  for (let tries = 0;; tries++) {
    const { live, heard } = await call(two, "seen");
    if (JSON.stringify(live) === rows) {
      const numbers = Array.from({ length: heard.length }, (_, i) => (heard[0] ?? 0) + i);
      assertEquals(heard, numbers);
      assertEquals(heard.at(-1), 2 * INCREMENTS + 2);
      break;
    }
    assert(tries < 100, `It shows ${JSON.stringify(live)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
});

test("when the tab that holds it closes it the next one takes over, and nobody notices", async (context) => {
  const tabs = [await openPage(context), await openPage(context), await openPage(context)];
  for (const tab of tabs) await call(tab, "open");
  const [one, two, three] = tabs as [Page, Page, Page];
  const adding = [call(two, "adds", 300), call(three, "adds", 300, 1_000)];
  for (const added of adding) added.catch(() => {}); // told below
  const counting = call(two, "increments", 100);
  await call(one, "adds", 5, 2_000);
  await call(one, "close");
  for (const ended of await Promise.all(adding)) assertEquals(ended, { told: [], wrong: 0 });
  assert(await counting < 10);
  await call(one, "open");
  assertEquals([await call(one, "numbers"), await call(one, "count")], [605, 100]);
  assertEquals(await call(three, "integrity"), { integrity_check: "ok" });
});

test("when the tab that holds it is killed the next one takes over, and tells what became of writes", async (context) => {
  const tabs = [await openPage(context), await openPage(context), await openPage(context)];
  for (const tab of tabs) await call(tab, "open");
  const [one, two, three] = tabs as [Page, Page, Page];
  const adding = [call(two, "adds", 300), call(three, "adds", 300, 1_000)];
  await new Promise((done) => setTimeout(done, 100));
  await crash(context, one);
  for (const { told, wrong } of await Promise.all(adding)) {
    assertEquals(wrong, 0, `told ${told}`);
    assert(told.length <= 1, `told ${told}`);
  }
  assertEquals(await call(two, "numbers"), 600);
  assertEquals(await call(three, "integrity"), { integrity_check: "ok" });
});

register(
  `nothing acknowledged is lost and no commit is halved after kill -9, ${KILLS} times`,
  async () => {
    const profile = await Deno.makeTempDir({ prefix: "strata_" });
    const acknowledged = new Set<number>();
    let next = 1;
    try {
      for (let round = 0; round <= KILLS; round++) {
        const { context, kill } = await startBrowser(profile);
        try {
          const page = await openPage(context);
          await call(page, "open");
          assertEquals(await call(page, "integrity"), { integrity_check: "ok" });
          const batches = await call(page, "batches");
          const there = new Set(batches);
          assertEquals(batches.length, 2 * there.size, "half a commit");
          for (const batch of acknowledged) {
            assert(
              there.has(batch),
              `${batch} of ${there.size} is lost`,
            );
          }
          next = Math.max(0, ...batches) + 1;
          if (round === KILLS) break;
          let told = 0;
          await page.exposeFunction("tell", (batch: number) => {
            acknowledged.add(batch);
            told++;
          });
          call(page, "write", next).catch(() => {}); // cut off
          while (told < 5) await new Promise((done) => setTimeout(done, 5));
          await new Promise((done) => setTimeout(done, Math.random() * 200));
        } finally {
          await kill();
        }
      }
      assert(acknowledged.size > 5 * KILLS, `${acknowledged.size} commits`);
    } finally {
      await Deno.remove(profile, { recursive: true });
    }
  },
);

register("the browser and the site end", async () => {
  await (await browser()).close();
  await (await site())[Symbol.asyncDispose]();
});
