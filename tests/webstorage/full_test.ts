import { assert, assertEquals } from "@std/assert";
import type { WebStorage } from "../../webstorage/mod.ts";
import { openWebStorage } from "../../webstorage/open.ts";
import { isFull } from "../../webstorage/area.ts";
import { Clock, Origin, quotaError } from "./origin.ts";

/** Units of an entry of ours, beside the text itself. */
const ENTRY = 'strata-cache:""a'.length + "0,Infinity,1000,".length + 2;
const text = (length: number): string => "x".repeat(length);

function reasonsOf(page: WebStorage): string[] {
  const reasons: string[] = [];
  page.onDegraded((reason) => reasons.push(reason));
  return reasons;
}

Deno.test("isFull() knows the quota errors of all browsers", () => {
  assert(isFull(quotaError()));
  assert(isFull({ name: "NS_ERROR_DOM_QUOTA_REACHED" }));
  assert(isFull({ code: 22 }) && isFull({ code: 1014 }));
  for (const other of [new DOMException("", "SecurityError"), null, undefined, "full", {}]) {
    assert(!isFull(other));
  }
});

Deno.test("a full area drops what has expired before anything else", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 4 * (ENTRY + 100) });
  const page = origin.tab().open({ now: clock.now });
  const reasons = reasonsOf(page);
  page.set("a", text(90));
  page.set("b", text(90), { ttlMs: 5 });
  page.set("c", text(90), { ttlMs: 6 });
  page.set("d", text(90));
  clock.time += 5;
  page.set("e", text(80));
  assertEquals(page.keys(), ["a", "c", "d", "e"]);
  assertEquals([page.persistent, reasons], [true, []]);
  assertEquals(origin.tab().open({ now: clock.now }).get("e"), text(80));
});

Deno.test("a full area drops its own least recently used keys, and no more than it needs", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 4 * (ENTRY + 100) });
  origin.items.set("foreign", text(50));
  const tab = origin.tab();
  tab.open({ namespace: "z", now: clock.now }).set("a", 1);
  const page = tab.open({ now: clock.now });
  const reasons = reasonsOf(page);
  for (const key of ["a", "b", "c"]) page.set(key, text(90));
  page.get("a");
  page.has("b"); // looking whether it is there is no use
  page.keys();
  page.set("d", text(90));
  assertEquals(page.keys(), ["a", "c", "d"]);
  page.signal("c").subscribe(() => {})();
  page.update("a", () => text(90));
  page.set("e", text(90));
  assertEquals(page.keys(), ["a", "d", "e"]);
  assertEquals([page.persistent, reasons], [true, []]);
  assertEquals(origin.items.get("foreign"), text(50));
  assertEquals(tab.open({ namespace: "z", now: clock.now }).get("a"), 1);
});

Deno.test("keys that this page has not used go first, the oldest write before others", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 3 * (ENTRY + 90) });
  const before = origin.tab().open({ now: clock.now });
  for (const key of ["b", "c", "a"]) {
    before.set(key, text(90));
    clock.time++;
  }
  const page = origin.tab().open({ now: clock.now });
  page.get("b");
  page.set("d", text(90));
  assertEquals(page.keys(), ["a", "b", "d"]);
});

Deno.test("a value that does not fit is kept in memory, and nothing else is lost", () => {
  const origin = new Origin({ quota: 1_000 });
  const area = origin.tab().area();
  const page = openWebStorage(area);
  const reasons = reasonsOf(page);
  const other = openWebStorage(area, { namespace: "z" });
  const otherReasons = reasonsOf(other);
  page.set("big", "small");
  page.set("a", 1);
  page.set("b", 2);
  page.set("big", text(2_000));
  assertEquals([page.get("big"), page.get("a"), page.get("b")], [text(2_000), 1, 2]);
  assertEquals([page.kind, page.persistent, reasons], ["local", false, ["full"]]);
  assertEquals(page.keys(), ["a", "b", "big"]);
  // No older value comes back with a reload.
  assertEquals(origin.tab().open().entries(), [["a", 1], ["b", 2]]);
  // Others are not concerned.
  assertEquals([other.persistent, otherReasons, reasonsOf(other)], [true, [], []]);
  // Who asks later hears of it too.
  assertEquals(reasonsOf(page), ["full"]);

  page.set("big", text(3_000));
  assertEquals([page.get("big"), reasons], [text(3_000), ["full"]]);
  page.set("big", "fits");
  assertEquals([page.get("big"), page.persistent], ["fits", true]);
  assertEquals(origin.tab().open().get("big"), "fits");
  page.set("big", text(2_000));
  assertEquals(reasons, ["full", "full"]);
  assertEquals([page.delete("big"), page.persistent, page.keys()], [true, true, ["a", "b"]]);
});

Deno.test("a value in memory is stored as soon as one fits, others giving way", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 3 * (ENTRY + 90) });
  const page = origin.tab().open({ now: clock.now });
  page.set("big", text(2_000));
  for (const key of ["a", "b", "c"]) page.set(key, text(90));
  page.set("big", text(80));
  assertEquals([page.keys(), page.persistent], [["b", "big", "c"], true]);
});

Deno.test("a value that grows in a full area takes no more than it grows by", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 3 * (ENTRY + 90) });
  const page = origin.tab().open({ now: clock.now });
  for (const key of ["a", "b", "c"]) page.set(key, text(90));
  page.set("c", text(150));
  assertEquals(page.keys(), ["b", "c"]);
});

Deno.test("a listener hears of a value alone, however room was made for it", () => {
  const clock = new Clock();
  for (const [quota, maxBytes] of [[3 * (ENTRY + 90), Infinity], [Infinity, 6 * (ENTRY + 90)]]) {
    const origin = new Origin({ quota: quota! });
    const page = origin.tab().open({ now: clock.now, maxBytes: maxBytes! });
    for (const key of ["a", "b", "c"]) page.set(key, text(90));
    const heard: unknown[] = [];
    page.subscribe("a", (value) => heard.push(["a", value]));
    page.subscribe("c", (value) => heard.push(["c", value]));
    page.set("c", text(150));
    page.set("c", text(151));
    assertEquals(heard, [["a", undefined], ["c", text(150)], ["c", text(151)]]);
  }
});

Deno.test("a value in memory gives way to one that another tab stores", () => {
  const origin = new Origin({ quota: 1_000 });
  const page = origin.tab().open();
  const heard: unknown[] = [];
  page.set("k", 0);
  page.set("a", text(2_000));
  page.subscribe("a", (value) => heard.push(value));
  origin.tab().open().set("a", "theirs");
  assertEquals(page.get("a"), text(2_000));
  origin.deliver();
  assertEquals([page.get("a"), heard, page.persistent], ["theirs", ["theirs"], true]);
});

Deno.test("an area that is full of what others have stored is full, not broken", () => {
  const origin = new Origin({ quota: 100 });
  origin.items.set("foreign", text(93));
  const page = origin.tab().open();
  const reasons = reasonsOf(page);
  page.set("a", 1);
  assertEquals([page.get("a"), page.kind, page.persistent, reasons], [1, "local", false, ["full"]]);
  origin.items.clear();
  page.set("a", 2);
  assertEquals([page.persistent, origin.tab().open().get("a")], [true, 2]);
});

Deno.test("a full area leaves newer values alone and drops damaged ones", () => {
  const clock = new Clock();
  const origin = new Origin({ quota: 3 * (ENTRY + 90) });
  origin.tab().open({ version: 2, now: clock.now }).set("a", text(90));
  const page = origin.tab().open({ version: 1, now: clock.now });
  page.set("b", text(90));
  page.set("c", text(90));
  page.set("d", text(90));
  assertEquals(page.keys(), ["c", "d"]);
  origin.items.set('strata-cache:""c', text(150));
  page.set("e", text(90));
  assertEquals(page.keys(), ["d", "e"]);
  const newer = origin.tab().open({ version: 2, now: clock.now, migrate: () => 0 });
  assertEquals(newer.get("a"), text(90));
});

Deno.test("maxBytes bounds what a namespace takes, on storage and in memory", () => {
  const clock = new Clock();
  for (const quota of [Infinity, 0]) {
    const origin = new Origin({ quota });
    const tab = origin.tab();
    const area = tab.area();
    const most = 3 * (ENTRY + 90);
    openWebStorage(area, { namespace: "z", now: clock.now }).set("z", text(5_000));
    const before = quota ? origin.units : 0;
    const page = openWebStorage(area, { now: clock.now, maxBytes: 2 * most });
    for (const key of ["a", "b", "c"]) page.set(key, text(90));
    assertEquals(page.keys(), ["a", "b", "c"]);
    assertEquals(page.kind, quota ? "local" : "memory");
    if (quota) assertEquals(origin.units - before, most);
    page.set("a", text(90));
    page.set("d", text(1));
    assertEquals(page.keys(), ["a", "c", "d"]);
    page.set("c", text(91), { ttlMs: 1 });
    page.get("a");
    page.set("d", text(89));
    clock.time++;
    page.set("e", text(90));
    assertEquals(page.keys(), ["a", "d", "e"]);
    const reasons = reasonsOf(page);
    page.set("f", text(most));
    assertEquals(page.get("f"), text(most));
    assertEquals(page.keys(), ["a", "d", "e", "f"]);
    if (quota) assertEquals([page.persistent, reasons], [false, ["full"]]);
  }
});
