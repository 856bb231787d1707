import { assertEquals } from "@std/assert";
import type { WebStorageOptions } from "../../webstorage/mod.ts";
import { Clock, Origin } from "./origin.ts";

Deno.test("an older value goes through migrate once and keeps its expiry", () => {
  const clock = new Clock();
  const origin = new Origin();
  origin.tab().open({ version: 1, now: clock.now }).set("k", { dark: true }, { ttlMs: 100 });
  const calls: unknown[] = [];
  const options: WebStorageOptions = {
    version: 3,
    now: clock.now,
    migrate(...args) {
      calls.push(args);
      return { theme: "dark" };
    },
  };
  const page = origin.tab().open(options);
  assertEquals([page.get("k"), page.get("k"), page.has("k")], [
    { theme: "dark" },
    { theme: "dark" },
    true,
  ]);
  assertEquals(origin.tab().open(options).entries(), [["k", { theme: "dark" }]]);
  assertEquals(calls, [["k", { dark: true }, 1]]);
  clock.time += 100;
  assertEquals(page.get("k"), undefined);
});

Deno.test("an older value vanishes without migrate, or when that gives undefined", () => {
  for (const more of [{}, { migrate: () => undefined }]) {
    for (const look of ["get", "has", "delete", "keys"] as const) {
      const origin = new Origin();
      origin.tab().open().set("k", 1);
      const page = origin.tab().open({ version: 1, ...more });
      assertEquals(look === "keys" ? page.keys().length : Number(page[look]("k") ?? 0), 0);
      assertEquals(origin.items.size, 0);
    }
  }
});

Deno.test("a newer value is not seen, and stays until it is written", () => {
  const clock = new Clock();
  const origin = new Origin();
  const newer = origin.tab().open({ version: 2, now: clock.now });
  const older = origin.tab().open({ version: 1, now: clock.now, migrate: () => "wrong" });
  newer.set("a", "new");
  newer.set("b", "new");
  newer.set("c", "new");
  assertEquals([older.get("a"), older.has("a"), older.keys()], [undefined, false, []]);
  assertEquals([newer.get("a"), origin.items.size], ["new", 3]);
  older.set("a", "old");
  assertEquals(older.get("a"), "old");
  assertEquals(older.delete("b"), false);
  assertEquals(newer.entries(), [["c", "new"]]);
  older.clear();
  assertEquals(origin.items.size, 0);
});

Deno.test("a value whose migration throws reads as undefined and stays for a better one", () => {
  const errors: unknown[] = [];
  const log = console.error;
  console.error = (error: unknown) => void errors.push(error);
  try {
    const origin = new Origin();
    origin.tab().open().set("k", 1);
    const failure = new Error("mine");
    const page = origin.tab().open({
      version: 1,
      migrate() {
        throw failure;
      },
    });
    assertEquals([page.get("k"), page.has("k"), page.keys()], [undefined, false, []]);
    assertEquals(errors, [failure, failure, failure]);
    const fixed = origin.tab().open({ version: 1, migrate: (_, value) => [value] });
    assertEquals(fixed.get("k"), [1]);
    // What can't be stored is a failure of the same kind.
    const odd = origin.tab().open({ version: 2, migrate: () => () => {} });
    assertEquals([odd.get("k"), fixed.get("k")], [undefined, [1]]);
  } finally {
    console.error = log;
  }
});

Deno.test("a signal and a listener hear of a migrated value once", () => {
  const origin = new Origin();
  origin.tab().open().set("k", 1);
  const tab = origin.tab();
  const page = tab.open({ version: 1, migrate: (_, value) => [Number(value) + 1] });
  const heard: unknown[] = [];
  page.subscribe("k", (value) => heard.push(["first", value]));
  const stop = page.signal("k").subscribe((value) => heard.push(value));
  page.subscribe("k", (value) => heard.push(["last", value]));
  assertEquals(page.get("k"), [2]);
  // An old tab is still there and writes.
  origin.tab().open().set("k", 5);
  origin.deliver();
  assertEquals(heard, [[2], ["first", [6]], [6], ["last", [6]]]);
  stop();
});
