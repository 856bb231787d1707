import type { BrowserContext, Page } from "playwright-core";
import type { DemoSite } from "./demo_site.ts";

const FOLDER = new URL("../../docs/", import.meta.url);
const WAIT_MS = 120_000;
/** What is found for what is typed. */
const COUNTS: Readonly<Record<string, RegExp>> = { san: /^4,\d+ cities$/, santia: /^\d+ cities$/ };

/** Draws the demo's page into `docs/`: light, dark, on a phone. */
export async function drawDemo(site: DemoSite, browser: BrowserContext): Promise<void> {
  const page = await browser.newPage();
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(site.url);
  await page.locator(".pill.near").waitFor({ timeout: WAIT_MS });
  for (const title of ["Table", "Continents", "Map"]) {
    await page.locator(".answers summary", { hasText: title }).getByText("IndexedDB")
      .waitFor({ timeout: WAIT_MS });
  }
  await page.locator("tbody").getByRole("button", { name: "Star Istanbul" }).click();
  await page.locator("tbody").getByRole("button", { name: "Star Mexico City" }).click();
  await draw(page, "demo_light.png", "light");
  for (const text of ["san", "santia"]) {
    await page.getByRole("searchbox").fill(text);
    await page.locator("#count").getByText(COUNTS[text] ?? "").waitFor({ timeout: WAIT_MS });
  }
  await page.locator("tbody tr", { hasText: "Santiago" }).first().hover();
  await page.locator(".pointed").getByText("Santiago").waitFor();
  await draw(page, "demo_dark.png", "dark");
  await page.setViewportSize({ width: 360, height: 740 });
  await draw(page, "demo_phone.png", "light");
}

async function draw(page: Page, name: string, colorScheme: "light" | "dark"): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.screenshot({ path: decodeURIComponent(new URL(name, FOLDER).pathname) });
}
