import { assert, assertEquals } from "@std/assert";
import { type FaultPlan, Faults } from "../support/faults.ts";
import { memoryStorage, type WebStorage } from "../../webstorage/mod.ts";
import { openArea } from "../../webstorage/area.ts";
import { openWebStorage } from "../../webstorage/open.ts";
import { faultyStorage, Origin, quotaError } from "./origin.ts";

/** What browsers throw, and what nobody should. */
const ERRORS: readonly (readonly [name: string, error: () => unknown])[] = [
  ["SecurityError", () => new DOMException("blocked", "SecurityError")],
  [
    "NS_ERROR_FILE_CORRUPTED",
    () => Object.assign(new Error("damaged"), { name: "NS_ERROR_FILE_CORRUPTED" }),
  ],
  ["TypeError", () => new TypeError("it is gone")],
  ["gone", () => "gone"],
];

/** What a page does: it must get the same answers wherever its values are. */
function work(page: WebStorage): unknown[] {
  const heard: unknown[] = [];
  const stop = page.subscribe("a", (value) => heard.push(value));
  page.set("a", 1);
  page.set("b", [2]);
  page.set("soon", 0, { ttlMs: 0 });
  const answers = [
    page.get("a"),
    page.update<number>("a", (n = 0) => n + 1),
    page.has("b"),
    page.keys(),
    page.delete("b"),
    page.get("b"),
    page.entries(),
  ];
  page.setItem("c", "3");
  answers.push(page.getItem("c"), page.signal("c").value);
  page.clear();
  answers.push(page.keys(), page.get("a"));
  page.set("a", "last");
  answers.push(page.get("a"), page.keys());
  stop();
  return [answers, heard];
}

const EXPECTED = work(openWebStorage(openArea("memory")));

for (const [name, error] of ERRORS) {
  for (const when of ["before", "after"] as const) {
    for (const lasting of [false, true]) {
      Deno.test(`a page works when any call fails with ${name} ${when} its effect, ${lasting ? "for good" : "once"}`, () => {
        let at = 1;
        for (;; at++) {
          const faults = new Faults();
          const plan: FaultPlan = { at, when, lasting, error: error as () => Error };
          const origin = new Origin();
          const tab = origin.tab();
          const page = openWebStorage(tab.area({
            storage: () => faults.call(() => faultyStorage(tab.storage, faults)),
          }));
          const reasons: string[] = [];
          page.onDegraded((reason) => reasons.push(reason));
          faults.begin(plan);
          assertEquals(work(page), EXPECTED, `call ${at}`);
          const failed = faults.calls >= at;
          assertEquals(
            [page.kind, page.persistent, reasons],
            failed ? ["memory", false, [`unavailable: ${name}`]] : ["local", true, []],
          );
          if (!failed) break;
          const late: string[] = [];
          page.onDegraded((reason) => late.push(reason));
          assertEquals(late, reasons);
        }
        assert(at > 30);
      });
    }
  }
}

Deno.test("what other pages stored is still known when a call fails once", () => {
  for (let at = 1;; at++) {
    const origin = new Origin();
    const before = origin.tab().open();
    for (const key of ["a", "b", "c"]) before.set(key, key);
    const tab = origin.tab();
    const faults = new Faults();
    const page = openWebStorage(tab.area({ storage: () => faultyStorage(tab.storage, faults) }));
    faults.begin({ at, when: "before", lasting: false, error: () => new Error("once") });
    assertEquals(page.get("a"), "a");
    assertEquals(page.entries(), [["a", "a"], ["b", "b"], ["c", "c"]], `call ${at}`);
    assertEquals(page.kind, faults.calls >= at ? "memory" : "local");
    if (faults.calls < at) break;
  }
});

Deno.test("a quota error of one call is an area that is full for a moment", () => {
  for (const when of ["before", "after"] as const) {
    for (let at = 1;; at++) {
      const origin = new Origin();
      const tab = origin.tab();
      const faults = new Faults();
      const page = openWebStorage(tab.area({ storage: () => faultyStorage(tab.storage, faults) }));
      const reasons: string[] = [];
      page.onDegraded((reason) => reasons.push(reason));
      faults.begin({ at, when, lasting: false, error: quotaError });
      page.set("a", 1);
      page.set("b", 2);
      assertEquals(page.get("b"), 2);
      page.set("c", 3);
      assertEquals(page.get("c"), 3);
      assertEquals(page.kind === "memory", reasons.length > 0);
      assertEquals(page.persistent, reasons.length === 0);
      faults.end();
      if (page.persistent) assertEquals(origin.tab().open().get("c"), 3);
      if (faults.calls < at) break;
    }
  }
});

Deno.test("storage that is null, undefined or throws when it is read is missing", () => {
  const sources: readonly [() => Storage | null | undefined, string][] = [
    [() => null, "missing"],
    [() => undefined, "missing"],
    [() => {
      throw new DOMException("blocked", "SecurityError");
    }, "SecurityError"],
  ];
  for (const [storage, reason] of sources) {
    for (const kind of ["local", "session"] as const) {
      const page = openWebStorage(openArea(kind, { storage }));
      const reasons: string[] = [];
      page.onDegraded((reason) => reasons.push(reason));
      assertEquals(reasons, []);
      assertEquals([page.kind, page.persistent], ["memory", false]);
      assertEquals(reasons, [`unavailable: ${reason}`]);
      assertEquals(work(page), EXPECTED);
    }
  }
});

Deno.test("an empty storage that takes nothing is none, and says so from the first look", () => {
  const storage = memoryStorage();
  storage.setItem = () => {
    throw Object.assign(new Error("private"), { code: 22 });
  };
  const page = openWebStorage(openArea("local", { storage: () => storage }));
  assertEquals([page.kind, page.persistent], ["memory", false]);
  assertEquals(work(page), EXPECTED);
});

Deno.test("a listener that throws stops neither the write nor other listeners", () => {
  const log = console.error;
  const errors: unknown[] = [];
  console.error = (error: unknown) => void errors.push(error);
  try {
    const page = openWebStorage(openArea("local", { storage: () => null }));
    const heard: unknown[] = [];
    const fail = () => {
      throw new Error("mine");
    };
    page.onDegraded(fail);
    page.onDegraded((reason) => heard.push(reason));
    page.subscribe("a", fail);
    page.subscribe("a", (value) => heard.push(value));
    page.set("a", 1);
    page.onDegraded(fail);
    assertEquals(heard, ["unavailable: missing", 1]);
    assertEquals(errors.length, 3);
    assertEquals(page.get("a"), 1);
  } finally {
    console.error = log;
  }
});
