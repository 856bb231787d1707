/**
 * The cache tier in a real Chromium: `deno task test:browser`. It needs a browser, so without
 * `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { BrowserContext, Frame, Page } from "playwright-core";
import { openBrowser } from "./browser.ts";
import { serveSite, type Site } from "./site.ts";
import type { Strata } from "./webstorage_page.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";

/** In the page, which has it by its script. */
declare const strata: Strata;

interface Case {
  readonly browser: BrowserContext;
  readonly site: Site;
  open(): Promise<Page>;
}

const CASES = new Map<string, (of: Case) => Promise<void>>();
const BLOCKED_CASES: typeof CASES = new Map();

function test(name: string, run: (of: Case) => Promise<void>, cases = CASES): void {
  cases.set(name, run);
}

/** Runs cases one after the other in one browser, each with an empty area. */
function testAll(name: string, cases: typeof CASES, preferences?: object): void {
  Deno.test({
    name: `${name}${ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"}`,
    ignore: !ASKED,
    sanitizeOps: false, // of the connection to the browser
    sanitizeResources: false,
    async fn(t) {
      await using browser = await openBrowser(preferences);
      for (const [name, run] of cases) {
        // Another port is another origin.
        await using site = await serveSite(new URL("./webstorage_page.ts", import.meta.url));
        const open = async () => {
          const page = await browser.newPage();
          await page.goto(site.url);
          return page;
        };
        await t.step(name, () => run({ browser, site, open }));
        for (const page of browser.pages().slice(1)) await page.close();
      }
    },
  });
}

/** What a page says of its storage after it has used it. */
function state(frame: Page | Frame): Promise<unknown> {
  return frame.evaluate(() => {
    const storage = strata.webstorage("local");
    const reasons: string[] = [];
    storage.onDegraded((reason) => reasons.push(reason));
    storage.set("k", [1]);
    const value = storage.update<number[]>("k", (list = []) => [...list, 2]);
    return { value, kind: storage.kind, persistent: storage.persistent, reasons };
  });
}

test("every kind of value and every key outlives a reload", async ({ open }) => {
  const page = await open();
  await page.evaluate(() => {
    strata.setKinds();
    const storage = strata.webstorage("local", { namespace: "keys" });
    for (const key of strata.hostileKeys) storage.set(key, key + "!");
  });
  assertEquals(await page.evaluate(() => strata.wrongKinds()), []);
  await page.reload();
  assertEquals(await page.evaluate(() => strata.wrongKinds()), []);
  const [entries, expected] = await page.evaluate(() => [
    strata.webstorage("local", { namespace: "keys" }).entries(),
    [...strata.hostileKeys].sort().map((key): [string, unknown] => [key, key + "!"]),
  ]);
  assertEquals(entries, expected);
  assertEquals(await state(page), { value: [1, 2], kind: "local", persistent: true, reasons: [] });
});

test("tabs hear of each other's changes", async ({ open }) => {
  const [here, there] = [await open(), await open()];
  await here.evaluate(() => {
    const storage = strata.webstorage("local");
    const heard: unknown[] = [];
    storage.subscribe("k", (value) => heard.push(value));
    storage.signal("k").subscribe((value) => heard.push(["signal", value]));
    Object.assign(globalThis, { heard });
  });
  const heard = async (count: number) => {
    await here.waitForFunction(`heard.length >= ${count}`);
    return await here.evaluate("heard.splice(0)");
  };
  assertEquals(await heard(1), [["signal", undefined]]);
  await there.evaluate(() => strata.webstorage("local").set("k", { n: 1 }));
  assertEquals(await heard(2), [{ n: 1 }, ["signal", { n: 1 }]]);
  await there.evaluate(() => strata.webstorage("local").delete("k"));
  assertEquals(await heard(2), [undefined, ["signal", undefined]]);
  await there.evaluate(() => strata.webstorage("local").set("k", 2));
  assertEquals(await heard(2), [2, ["signal", 2]]);
  await there.evaluate(() => localStorage.clear());
  assertEquals(await heard(2), [undefined, ["signal", undefined]]);
});

test("a session is of one tab and outlives its reload", async ({ open }) => {
  const [here, there] = [await open(), await open()];
  await here.evaluate(() => strata.webstorage("session").set("k", 1));
  await here.reload();
  const read = () => [strata.webstorage("session").get("k"), strata.webstorage("session").kind];
  assertEquals(await here.evaluate(read), [1, "session"]);
  assertEquals((await there.evaluate(read))[1], "session");
  assertEquals(await there.evaluate(() => strata.webstorage("session").has("k")), false);
});

test("a full area drops what was used least, and keeps in memory what can't fit", async ({ open }) => {
  const page = await open();
  const result = await page.evaluate(() => {
    const storage = strata.webstorage("local");
    const reasons: string[] = [];
    storage.onDegraded((reason) => reasons.push(reason));
    const text = (millions: number) => "x".repeat(millions * 1e6);
    storage.set("a", text(2));
    storage.set("b", text(2));
    storage.get("a");
    storage.set("c", text(2));
    const before = [storage.keys(), storage.persistent, [...reasons]];
    storage.set("d", text(6));
    const length = storage.get<string>("d")?.length;
    return [before, storage.keys(), length, storage.kind, storage.persistent, reasons];
  });
  assertEquals(result, [
    [["a", "c"], true, []],
    ["a", "c", "d"],
    6e6,
    "local",
    false,
    ["full"],
  ]);
  await page.reload();
  assertEquals(await page.evaluate(() => strata.webstorage("local").keys()), ["a", "c"]);
});

const BLOCKED = {
  value: [1, 2],
  kind: "memory",
  persistent: false,
  reasons: ["unavailable: SecurityError"],
};

test("a sandboxed frame works in memory and says so", async ({ open }) => {
  const page = await open();
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.src = "/?frame";
    document.body.append(frame);
    return new Promise((done) => frame.onload = done);
  });
  const frame = page.frames().find((frame) => frame.url().endsWith("?frame"));
  assertEquals(frame && await state(frame), BLOCKED);
});

test("a data: page works in memory and says so", async ({ browser, site }) => {
  const page = await browser.newPage();
  await page.goto("data:text/html,<title>Strata</title>");
  await page.addScriptTag({ content: site.script });
  assertEquals(await state(page), BLOCKED);
});

test("a worker has no storage, works in memory and says so", async ({ open }) => {
  const page = await open();
  const reasons = await page.evaluate(() => {
    const use = `importScripts("${location.href}page.js");
      const storage = strata.webstorage("local");
      storage.set("k", 1);
      storage.onDegraded((reason) => postMessage([reason, storage.get("k"), storage.kind]));`;
    const worker = new Worker(URL.createObjectURL(new Blob([use])));
    return new Promise((done) => worker.onmessage = ({ data }) => done(data));
  });
  assertEquals(reasons, ["unavailable: missing", 1, "memory"]);
});

test(
  "tabs whose site data is blocked work in memory and hear of each other",
  async ({ open }) => {
    const [here, there] = [await open(), await open()];
    assertEquals(await state(here), BLOCKED);
    await there.evaluate(() => void strata.webstorage("local").kind);
    await here.evaluate(() => strata.webstorage("local").set("k", new Map([["a", 1n]])));
    await there.waitForFunction(() => strata.webstorage("local").has("k"));
    const size = await there.evaluate(() =>
      Number(strata.webstorage("local").get<Map<string, bigint>>("k")?.get("a"))
    );
    assertEquals(size, 1);
  },
  BLOCKED_CASES,
);

testAll("webstorage in chromium", CASES);
testAll("webstorage in chromium with blocked site data", BLOCKED_CASES, {
  profile: { default_content_setting_values: { cookies: 2 } },
});
