import { assert, assertEquals, assertNotStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { memoryStorage, webstorage } from "../../webstorage/mod.ts";
import { PREFIX } from "../../webstorage/area.ts";
import { anyText, anyValue, describe } from "../schema/any_value.ts";
import { HOSTILE_KEYS, KINDS } from "./kinds.ts";
import { Clock, Origin } from "./origin.ts";

Deno.test("get() gives each of the 24 kinds as it was set, to this page and the next", () => {
  const origin = new Origin();
  const page = origin.tab().open();
  KINDS.forEach((value, i) => page.set(`k${i}`, value));
  for (const reader of [page, origin.tab().open()]) {
    KINDS.forEach((value, i) => {
      assertEquals(describe(reader.get(`k${i}`)), describe(value));
      assert(reader.has(`k${i}`));
    });
    assertEquals(reader.keys().length, KINDS.length);
  }
});

Deno.test("get() gives any value as it was set", () => {
  const page = new Origin().tab().open();
  fc.assert(fc.property(anyValue(anyText), (value) => {
    page.set("k", value);
    assertEquals(describe(page.get("k")), describe(value));
  }));
});

Deno.test("get() gives a copy each time", () => {
  const page = webstorage("memory");
  const value = { list: [1] };
  page.set("k", value);
  value.list.push(2);
  page.get<{ list: number[] }>("k")?.list.push(3);
  assertEquals(page.get("k"), { list: [1] });
});

Deno.test("keys of any kind are keys like others, in the order of sort()", () => {
  const origin = new Origin();
  for (const page of [origin.tab().open(), webstorage("memory")]) {
    for (const key of HOSTILE_KEYS) {
      assertEquals([page.get(key), page.has(key)], [undefined, false]);
    }
    for (const key of HOSTILE_KEYS) page.set(key, key + "!");
    for (const key of HOSTILE_KEYS) assertEquals(page.get(key), key + "!");
    assertEquals(page.keys(), [...HOSTILE_KEYS].sort());
    assertEquals(page.entries(), [...HOSTILE_KEYS].sort().map((key) => [key, key + "!"]));
    for (const key of HOSTILE_KEYS) {
      assertEquals([page.delete(key), page.delete(key)], [true, false]);
    }
    assertEquals(page.keys(), []);
  }
  assertEquals([...origin.items], []);
});

Deno.test("all methods refuse what is no key", () => {
  const page = webstorage("memory");
  const calls: ((key: string) => unknown)[] = [
    (key) => page.get(key),
    (key) => page.set(key, 1),
    (key) => page.has(key),
    (key) => page.delete(key),
    (key) => page.update(key, () => 1),
    (key) => page.subscribe(key, () => {}),
    (key) => page.signal(key),
    (key) => page.getItem(key),
    (key) => page.setItem(key, ""),
    (key) => page.removeItem(key),
    (key) => webstorage("memory", { namespace: key }),
  ];
  for (const call of calls) {
    for (const key of ["\ud800", "a\0", "x".repeat(1_025), "é".repeat(513)]) {
      assertThrows(() => call(key), RangeError, "Cannot use a key");
    }
    for (const key of [1, null, {}]) {
      assertThrows(() => call(key as unknown as string), TypeError, "Cannot use a key");
    }
  }
  assertEquals(page.keys(), []);
});

Deno.test("webstorage() and set() refuse numbers that are out of range", () => {
  const page = webstorage("memory");
  page.set("k", 1);
  for (const ttlMs of [NaN, "5" as unknown as number]) {
    assertThrows(() => page.set("k", 2, { ttlMs }), RangeError, "ttlMs");
    assertThrows(() => webstorage("memory", { ttlMs }), RangeError, "ttlMs");
  }
  for (const version of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => webstorage("memory", { version }), RangeError, "version");
  }
  for (const maxBytes of [-1, NaN]) {
    assertThrows(() => webstorage("memory", { maxBytes }), RangeError, "maxBytes");
  }
  assertThrows(() => page.set("k", () => {}), TypeError, "Cannot encode");
  assertEquals(page.get("k"), 1);
});

Deno.test("a value is there until its time, not at it", () => {
  const clock = new Clock();
  const origin = new Origin();
  const page = origin.tab().open({ now: clock.now, ttlMs: 100 });
  page.set("usual", 1);
  page.set("short", 2, { ttlMs: 10.5 });
  page.set("never", 3, { ttlMs: Infinity });
  clock.time += 10;
  assertEquals(page.keys(), ["never", "short", "usual"]);
  clock.time += 0.5;
  assertEquals([page.get("short"), page.has("short"), page.delete("short")], [
    undefined,
    false,
    false,
  ]);
  clock.time = 1_099.9;
  assertEquals(page.get("usual"), 1);
  clock.time = 1_100;
  assertEquals(page.entries(), [["never", 3]]);
  assertEquals(origin.items.size, 1);
  clock.time = 1e15;
  assertEquals(page.get("never"), 3);
});

Deno.test("set() with a ttlMs of 0 or less takes away what was there", () => {
  for (const ttlMs of [0, -0, -5, -Infinity]) {
    const origin = new Origin();
    const page = origin.tab().open();
    page.set("k", 1);
    page.set("k", 2, { ttlMs });
    assertEquals(origin.items.size, 0);
    assertEquals([page.get("k"), page.has("k")], [undefined, false]);
  }
});

Deno.test("namespaces do not see each other, whatever they are named", () => {
  const origin = new Origin();
  const tab = origin.tab();
  const names = ["", '"', 'a"', "a", "a:", 'a":', "b", "\\", '\\"', "__proto__"];
  const pages = names.map((namespace) => tab.open({ namespace }));
  pages.forEach((page, i) => {
    page.set("k", i);
    page.set('"k', -i - 1);
  });
  pages.forEach((page, i) => assertEquals(page.entries(), [['"k', -i - 1], ["k", i]]));
  pages[0]!.clear();
  assertEquals(pages.map((page) => page.keys().length), [0, ...names.slice(1).map(() => 2)]);
});

Deno.test("entries of others are neither seen nor touched", () => {
  const origin = new Origin();
  origin.items.set("theme", "dark").set(PREFIX, "?").set(`${PREFIX}theme`, "?").set("", "");
  const before = new Map(origin.items);
  const page = origin.tab().open();
  page.set("theme", "light");
  page.clear();
  assertEquals(page.keys(), []);
  assertEquals(origin.items, before);
});

Deno.test("a damaged entry reads as undefined and can be written again", () => {
  const log = console.error;
  console.error = () => {};
  try {
    const origin = new Origin();
    origin.tab().open().set("k", { a: 1 });
    const [full, text] = [...origin.items][0]!;
    const texts = Array.from(text, (_, i) => text.slice(0, i)).concat(
      "1,2",
      "x" + text,
      "NaN,NaN,NaN,1",
      "0,x,0,1",
      text.replace("{", '{"$":["evil"]'),
      "null",
      "{}",
      "\0",
    );
    for (const damaged of texts) {
      origin.items.set(full, damaged);
      const page = origin.tab().open();
      assertEquals([page.get("k"), page.has("k"), page.keys()], [undefined, false, []], damaged);
      page.subscribe("k", () => {});
      assertEquals(page.signal("k").value, undefined);
      page.set("k", 2);
      assertEquals(page.get("k"), 2);
    }
  } finally {
    console.error = log;
  }
});

Deno.test("update() gives and sets what its function makes of the value", () => {
  const page = webstorage("memory");
  assertEquals(page.update<number>("n", (n = 10) => n + 1), 11);
  assertEquals(page.update<number>("n", (n = 10) => n + 1), 12);
  assertThrows(
    () =>
      page.update("n", () => {
        throw new RangeError("mine");
      }),
    RangeError,
    "mine",
  );
  assertEquals(page.get("n"), 12);
});

Deno.test("getItem() and its like are strings as values of the same keys", () => {
  const page = webstorage("memory");
  page.setItem("s", "1");
  page.setItem("n", 1 as unknown as string);
  page.set("o", { a: 1 });
  assertEquals([page.get("s"), page.get("n")], ["1", "1"]);
  assertEquals(["s", "n", "o", "none"].map((key) => page.getItem(key)), ["1", "1", null, null]);
  page.set("s", "2");
  assertEquals(page.getItem("s"), "2");
  page.removeItem("s");
  assertEquals([page.getItem("s"), page.has("s")], [null, false]);
});

Deno.test("methods work without their object", () => {
  const { set, get, update, keys } = webstorage("memory");
  set("a", 1);
  update<number>("a", (n = 0) => n + 1);
  assertEquals([get("a"), keys()], [2, ["a"]]);
});

Deno.test("an area of memory is of one instance, and says so", () => {
  const page = webstorage("memory");
  page.set("a", 1);
  assertEquals(webstorage("memory").get("a"), undefined);
  assertEquals([page.kind, page.persistent], ["memory", false]);
  page.onDegraded(() => {
    throw new Error("it is what was asked for");
  });
});

Deno.test("an area on a storage says its kind and touches nothing before it is used", () => {
  let asked = 0;
  const storage = memoryStorage();
  const tab = new Origin().tab();
  const area = tab.area({ storage: () => (asked++, storage) });
  assertEquals(asked, 0);
  assertEquals([area.kind(), area.persistent("")], ["local", true]);
  area.read("a");
  assertEquals([asked, storage.length], [1, 0]);
  assertNotStrictEquals(area, tab.area());
});
