/**
 * Dehydrated data and components in a real Chromium: `deno task test:browser`. It needs a browser, so without
 * `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { chromium, type Page } from "playwright-core";
import { createStore, integer, query, table, text } from "../../mod.ts";
import { dehydrate } from "../../ssr/mod.ts";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { ITEMS } from "../ssr/hostile.ts";
import { ARGS, findChromium } from "./browser.ts";
import { serveSite, type Site } from "./site.ts";
import type { Strata } from "./ui_page.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";

/** In the page, which has it by its script. */
declare const strata: Strata;

const cities = table("cities", { id: text().primaryKey(), people: integer() });
const schema = { tables: [cities], values: { title: text().default("Cities") } };
const ROWS = [{ id: "tokyo", people: 37 }, { id: "lima", people: 10 }];
const LIST = "tokyo 37, lima 10 (10)!";

const CASES = new Map<string, (open: (body?: string) => Promise<Page>) => Promise<void>>();

/** What a server has made of the list. */
function served(): string {
  using store = createStore(schema);
  store.insert(cities, ROWS);
  return dehydrate({
    rows: store.live(query(cities).orderBy("people", "desc").limit(3)),
    row: store.liveRow(cities, "lima"),
    title: store.liveValue("title"),
  });
}

CASES.set("hostile data is parsed as data: nothing runs, everything comes back", async (open) => {
  const page = await open(dehydrate(ITEMS, { nonce: '"><script>globalThis.hacked = 3</script>' }));
  assertEquals(await page.evaluate(() => strata.wrong()), []);
  assertEquals(await page.evaluate(() => (globalThis as { hacked?: number }).hacked), undefined);
  assertEquals(await page.locator("img").count(), 0);
  assertEquals(await page.locator("script").count(), 2);
});

for (const kind of ["resident", "slow"] as const) {
  CASES.set(`Preact hydrates a ${kind} database without a flash, then follows it`, async (open) => {
    const html = `<div id="root"><h1>Cities</h1><p>${LIST}</p></div>${served()}`;
    const page = await open(html);
    await page.evaluate(async (kind) => {
      await strata.open(kind);
      await strata.hydrate();
      strata.preact(true);
      await strata.turn();
    }, kind);
    const { shown } = await page.evaluate(() => strata.state());
    assertEquals(shown.filter((text) => text !== `Cities${LIST}`), []);
    await page.evaluate(() => strata.update("lima", 50));
    await page.getByText("lima 50, tokyo 37 (50)!").waitFor();
  });
  CASES.set(`React hydrates a ${kind} database without a flash, then follows it`, async (open) => {
    const page = await open(`<div id="root"><!--$--><p>${LIST}</p><!--/$--></div>${served()}`);
    await page.evaluate(async (kind) => {
      await strata.open(kind);
      await strata.hydrate();
      strata.react(true);
      await strata.turn();
    }, kind);
    const { shown, errors } = await page.evaluate(() => strata.state());
    assertEquals([shown.filter((text) => text !== LIST), errors], [[], []]);
    await page.evaluate(() => strata.update("lima", 50));
    await page.getByText("lima 50, tokyo 37 (50)!").waitFor();
  });
}

CASES.set(
  "Preact follows a store, writes of its own included, and leaves nothing behind",
  async (open) => {
    const page = await open();
    await page.evaluate(async () => {
      await strata.open("store");
      strata.preact(false);
      await strata.insert("lima", 10);
      await strata.insert("tokyo", 37);
      await strata.turn();
      strata.click();
      await strata.turn();
    });
    assertEquals(await page.evaluate(() => strata.html()), `<h1>Cities</h1><p>${LIST}!</p>`);
    await page.evaluate(() => strata.preact(false, "all: "));
    assertEquals(await page.evaluate(() => strata.html()), `<h1>Cities</h1><p>all: ${LIST}!</p>`);
    assertEquals(await page.evaluate(() => strata.work()), 1);
    await page.evaluate(() => strata.preactEnd());
    assertEquals(await page.evaluate(() => strata.work()), 0);
    assertEquals(await page.evaluate(() => strata.html()), "");
  },
);

CASES.set("React follows a store in strict mode, and leaves nothing behind", async (open) => {
  const page = await open();
  await page.evaluate(async () => {
    await strata.open("store");
    strata.react(false);
    await strata.insert("lima", 10);
    await strata.insert("tokyo", 37);
    await strata.turn();
    strata.click();
    await strata.turn();
  });
  assertEquals(await page.evaluate(() => strata.html()), `<p>${LIST}!</p>`);
  assertEquals(await page.evaluate(() => strata.work()), 2); // strict mode renders twice
  await page.evaluate(() => strata.reactEnd());
  assertEquals(await page.evaluate(() => strata.work()), 0);
});

CASES.set("React suspends while a database has no answer yet", async (open) => {
  const page = await open();
  await page.evaluate(async () => {
    await strata.open("slow");
    await strata.insert("lima", 10);
    strata.react(false);
  });
  await page.getByText("lima 10 (10)!").waitFor();
  const { shown } = await page.evaluate(() => strata.state());
  assert(shown.includes("One moment"), `${shown}`);
  assert(!shown.some((text) => text.startsWith(" (")), `${shown}`);
});

CASES.set("React never shows two states at once", async (open) => {
  const page = await open();
  await page.evaluate(async () => {
    await strata.open("store");
    await strata.insert("tokyo", 37);
  });
  assertEquals(await page.evaluate(() => strata.tear()), []);
});

/** In Preact with signals alone. */
const SIGNALS: typeof CASES = new Map();
SIGNALS.set("a signal changes the page without rendering its component again", async (open) => {
  const page = await open();
  const { before, after } = await page.evaluate(async () => {
    await strata.open("store");
    strata.preact(false);
    await strata.turn();
    const before = strata.state().renders;
    await strata.title("Towns");
    await strata.turn();
    return { before, after: strata.state().renders };
  });
  assertEquals([before, after], [2, 2]);
  await page.getByText("Towns").waitFor();
});

Deno.test({
  name: `chromium, components${ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"}`,
  ignore: !ASKED,
  sanitizeOps: false, // of the connection to the browser
  sanitizeResources: false,
  async fn(t) {
    const browser = await chromium.launch({ executablePath: findChromium(), args: ARGS });
    await using packages = await peerPackages([
      ...["@preact/signals-core", "@preact/signals", "preact", "react", "react-dom"],
    ]);
    for (
      const [entry, cases] of [["ui_page", CASES], [
        "ui_signals_page",
        new Map([...CASES, ...SIGNALS]),
      ]] as const
    ) {
      await using site = await serveSite(
        new URL(`./${entry}.ts`, import.meta.url),
        packages.folder,
      );
      for (const [name, run] of cases) {
        await t.step(`${name}, ${entry}`, async () => {
          const page = await browser.newPage();
          await run((body) => openPage(page, site, body));
          await page.close();
        });
      }
    }
    await browser.close();
  },
});

async function openPage(page: Page, site: Site, body = '<div id="root"></div>'): Promise<Page> {
  await page.route("**/case", (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!doctype html><title>Strata</title>${body}<script src="/page.js"></script>`,
    }));
  await page.goto(`${site.url}case`);
  return page;
}
