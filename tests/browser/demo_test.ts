/**
 * The demo's page in a real Chromium: `deno task test:browser`. It needs a browser, so without `STRATA_BROWSER=1`
 * its tests are ignored. With `STRATA_SCREENSHOTS=1` it draws the pictures in `docs/` instead.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import type { BrowserContext, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { drawDemo } from "./demo_pictures.ts";
import { type DemoSite, serveDemo } from "./demo_site.ts";

/** Whether there is to be a browser, and whether it is to draw. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";
const DRAWS = Deno.env.get("STRATA_SCREENSHOTS") === "1";

/** A picture of one pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A page of the site, which its own database answers. */
type Open = (path?: string) => Promise<Page>;
type Case = (open: Open, site: DemoSite, browser: BrowserContext) => Promise<void>;
const CASES = new Map<string, Case>();

const names = (page: Page) => page.locator("tbody th .value").allInnerTexts();
const firstIs = (page: Page, name: string) =>
  page.locator("tbody tr:first-child th", { hasText: name }).waitFor();
const countIs = (page: Page, text: string) =>
  page.locator("#count").getByText(text, { exact: true }).waitFor();
const valueOf = (page: Page, label: string) => page.getByRole("button", { name: `${label}:` });

async function edit(page: Page, label: string, text: string): Promise<void> {
  await valueOf(page, label).click();
  await page.getByRole("textbox", { name: label }).fill(text);
  await page.keyboard.press("Enter");
}

CASES.set("the page has the server's rows, then those of its own database", async (open, site) => {
  const html = await (await fetch(site.url)).text();
  const [largest] = site.cities;
  assert(largest && html.includes(`Name of ${largest.name}: ${largest.name}, edit`));
  const page = await open();
  await firstIs(page, largest.name);
  await countIs(page, `${site.cities.length.toLocaleString("en")} cities`);
  for (const title of ["Table", "Continents", "Map"]) {
    await page.locator(".answers summary", { hasText: title }).getByText("IndexedDB").waitFor();
  }
  await page.locator(".answers summary", { hasText: "Table" }).click();
  await page.locator("details[open]").getByText("kept current by each commit").waitFor();
});

CASES.set("search and filters", async (open) => {
  const page = await open();
  await page.getByRole("searchbox").fill("sao p");
  await countIs(page, "1 city");
  assertEquals(await names(page), ["São Paulo"]);
  await page.getByRole("searchbox").fill("");
  await page.getByRole("combobox", { name: "Continent" }).selectOption("Oceania");
  await page.getByLabel("People, from").fill("4000000");
  await countIs(page, "2 cities");
  assertEquals(await names(page), ["Sydney", "Melbourne"]);
  assert(page.url().endsWith("?continent=Oceania&least=4000000"), page.url());
  await page.reload();
  await countIs(page, "2 cities");
  await page.getByRole("button", { name: "Reset" }).click();
  await firstIs(page, "Shanghai");
  assertEquals(new URL(page.url()).search, "");
});

CASES.set("sort and pages", async (open, site) => {
  const page = await open();
  await page.getByRole("columnheader", { name: "City" }).getByRole("button").click();
  await page.locator('th[aria-sort="ascending"]', { hasText: "City" }).waitFor();
  const sorted = [...site.cities].sort((a, b) => a.folded < b.folded ? -1 : 1);
  await firstIs(page, `${sorted[0]?.name}`);
  const first = await names(page);
  await page.getByRole("button", { name: "Next" }).click();
  await page.locator(".pager").getByText("26–50").waitFor();
  const second = await names(page);
  assertEquals(second.length, 25);
  assert(!second.some((name) => first.includes(name)), `${second}`);
  await page.reload(); // the server knows the page by its address
  await page.locator(".pager").getByText("26–50").waitFor();
  assertEquals(await names(page), second);
  await page.getByRole("button", { name: "Previous" }).click();
  await page.locator(".pager").getByText("1–25").waitFor();
  assertEquals(await names(page), first);
});

CASES.set("a star with a picture, also in another tab and after a reload", async (open) => {
  const [page, other] = [await open(), await open()];
  await page.locator("tbody").getByRole("button", { name: "Star Shanghai" }).click();
  await page.getByLabel("Picture of Shanghai").setInputFiles({
    name: "pixel.png",
    mimeType: "image/png",
    buffer: PIXEL,
  });
  for (const tab of [page, other]) {
    await tab.getByAltText("Your picture of Shanghai").waitFor();
    await tab.locator('tbody [aria-label="Star Shanghai"][aria-pressed="true"]').waitFor();
  }
  await page.reload();
  const image = page.getByAltText("Your picture of Shanghai");
  await image.waitFor();
  await page.waitForFunction(() =>
    document.querySelector("img[alt^=Your]")?.matches(":not([src=''])")
  );
  assertEquals(
    await image.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth)),
    1,
  );
  await page.locator(".stars").getByRole("button", { name: "Star Shanghai" }).click();
  await other.getByText("Star a city to keep it here").waitFor();
});

CASES.set("an edit is in the other tab, on the server, and after a reload", async (open, site) => {
  const [page, other] = [await open(), await open()];
  const before = await other.locator(".bars").innerText();
  await edit(page, "People in Istanbul", "99000000");
  for (const tab of [page, other]) {
    await firstIs(tab, "Istanbul");
    await valueOf(tab, "People in Istanbul").getByText("99,000,000").waitFor();
  }
  assert(await other.locator(".bars").innerText() !== before);
  await page.locator(".pill", { hasText: "to send" }).waitFor({ state: "detached" });
  assert((await (await fetch(site.url)).text()).includes("People in Istanbul: 99,000,000"));
  await page.reload();
  await firstIs(page, "Istanbul");
  await edit(page, "Name of Istanbul", " ");
  await page.getByRole("alert").getByText("Cannot").waitFor();
  await page.keyboard.press("Escape");
  await valueOf(page, "Name of Istanbul").waitFor();
});

CASES.set(
  "without a network it opens, answers, and keeps edits for later",
  async (open, site, browser) => {
    const page = await open();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await browser.setOffline(true);
    try {
      await page.goto(`${site.url}?search=lim`);
      await page.locator(".pill.near").waitFor();
      await firstIs(page, "Lima");
      await page.getByText("Offline").waitFor();
      await edit(page, "People in Lima", "12345678");
      await valueOf(page, "People in Lima").getByText("12,345,678").waitFor();
      await page.getByText("1 to send").waitFor();
    } finally {
      await browser.setOffline(false);
    }
    await page.getByText("1 to send").waitFor({ state: "detached" });
    assert((await (await fetch(`${site.url}?search=lim`)).text()).includes("Lima: 12,345,678"));
  },
);

CASES.set("search and table by keyboard alone", async (open) => {
  const page = await open();
  const label = () =>
    page.evaluate(() =>
      document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ??
        ""
    );
  const tabTo = async (text: string) => {
    for (let i = 0; i < 40 && !(await label()).startsWith(text); i++) {
      await page.keyboard.press("Tab");
    }
    assert((await label()).startsWith(text), await label());
  };
  await page.keyboard.press("Tab");
  assertEquals(await label(), "Skip to the cities");
  await page.keyboard.press("/");
  await page.keyboard.type("san");
  await firstIs(page, "Santiago");
  await tabTo("City");
  await page.keyboard.press("Enter");
  await page.locator('th[aria-sort="ascending"]', { hasText: "City" }).waitFor();
  await tabTo("Name of ");
  assert(
    await page.evaluate(() =>
      getComputedStyle(document.activeElement ?? document.body).outlineStyle === "solid"
    ),
  );
  const [first, second] = await names(page);
  assertEquals(await label(), `Name of ${first}: ${first}, edit`);
  await page.keyboard.press("ArrowDown");
  assertEquals(await label(), `Name of ${second}: ${second}, edit`);
  await page.keyboard.press("Enter");
  await page.locator("tbody input:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("tbody button.value:focus").waitFor();
  assertEquals(await label(), `Name of ${second}: ${second}, edit`);
});

CASES.set("fits on a phone, dark and light", async (open) => {
  const page = await open();
  const colours = new Set<string>();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 768, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      assert(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${width}`);
    }
    colours.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    assert(await page.evaluate(contrast) >= 7);
  }
  assertEquals(colours.size, 2);
});

/** Of the text on the page, in the page. */
function contrast(): number {
  const light = (text: string): number => {
    const [r = 0, g = 0, b = 0] = (text.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const { color, backgroundColor } = getComputedStyle(document.body);
  const [low = 0, high = 0] = [light(color), light(backgroundColor)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

Deno.test({
  name: `chromium, demo${ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"}`,
  ignore: !ASKED,
  sanitizeOps: false, // of the connection to the browser
  sanitizeResources: false,
  async fn(t) {
    await using browser = await openBrowser();
    if (DRAWS) {
      await using site = await serveDemo(0);
      return await drawDemo(site, browser);
    }
    await using site = await serveDemo(300_000);
    for (const [name, run] of CASES) {
      await t.step(name, async () => {
        const errors: string[] = [];
        const open = async (path = "") => {
          const page = await browser.newPage();
          page.on("pageerror", (error) => void errors.push(error.message));
          page.on("console", (message) => {
            // The browser itself says so of each request that fails without a network.
            const text = message.text();
            if (message.type() === "error" && !text.includes("ERR_INTERNET_DISCONNECTED")) {
              errors.push(text);
            }
          });
          await page.goto(site.url + path);
          await page.locator(".pill.near").waitFor();
          return page;
        };
        await run(open, site, browser);
        for (const page of browser.pages()) await page.close();
        assertEquals(errors, []);
      });
    }
  },
});
