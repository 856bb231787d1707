import { assertEquals } from "@std/assert";
import type { WebStorageOptions } from "../../webstorage/mod.ts";
import { change, DEFAULTS, options, read, toggle } from "../../examples/settings/settings.ts";
import { Origin } from "../webstorage/origin.ts";

/** An origin where a release that had `version` has stored `value`. */
function left(version: number, value: unknown, key = "reader"): Origin {
  const origin = new Origin();
  const { namespace = "" } = options;
  const release: WebStorageOptions = { namespace, version };
  origin.tab().open(release).set(key, value);
  return origin;
}

Deno.test("settings: a first visit has the defaults, and changes outlive a reload", () => {
  const origin = new Origin();
  const page = origin.tab().open(options);
  assertEquals(read(page), DEFAULTS);
  assertEquals(page.keys(), []);
  change(page, { theme: "dark" });
  toggle(page, "inbox");
  toggle(page, "sent");
  toggle(page, "inbox");
  const expected = { theme: "dark" as const, fontSize: 16, open: new Set(["sent"]) };
  assertEquals(read(origin.tab().open(options)), expected);
});

Deno.test("settings: those of every older release come over", () => {
  const first = left(0, { dark: true, big: false }).tab().open(options);
  assertEquals(read(first), { theme: "dark", fontSize: 16, open: new Set<string>() });
  const second = left(1, { theme: "light", fontSize: 30 }).tab().open(options);
  assertEquals(read(second), { theme: "light", fontSize: 30, open: new Set<string>() });
  assertEquals(toggle(second, "inbox").open, new Set(["inbox"]));
});

Deno.test("settings: what nobody knows any more is dropped", () => {
  const origin = left(0, "wide", "sidebar");
  assertEquals(origin.tab().open(options).keys(), []);
  assertEquals(origin.items.size, 0);
  assertEquals(read(left(1, "not an object").tab().open(options)), DEFAULTS);
});

Deno.test("settings: an old tab neither reads nor drops those of a newer release", () => {
  const origin = left(3, { themes: ["dark"] });
  const page = origin.tab().open(options);
  assertEquals(read(page), DEFAULTS);
  assertEquals(page.keys(), []);
  assertEquals(origin.items.size, 1);
});

Deno.test("settings: tabs follow each other", () => {
  const origin = new Origin();
  const [here, there] = [origin.tab().open(options), origin.tab().open(options)];
  const themes: unknown[] = [];
  here.subscribe("reader", () => themes.push(read(here).theme));
  change(there, { theme: "dark" });
  origin.deliver();
  assertEquals(themes, ["dark"]);
});
