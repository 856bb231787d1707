import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Area, openArea } from "../../webstorage/area.ts";
import { openWebStorage } from "../../webstorage/open.ts";
import { Faults } from "../support/faults.ts";
import { anyText, anyValue, describe } from "../schema/any_value.ts";
import { Clock, faultyStorage, Origin } from "./origin.ts";

const RUNS = Deno.env.get("STRATA_LONG") ? 5_000 : 300;

const key = fc.constantFrom("", "a", "b", "length", "__proto__", "\u{1F600}", '"');
const ttlMs = fc.option(fc.constantFrom(-1, 0, 0.5, 1, 10, 100, Infinity), { nil: undefined });
const who = { tab: fc.nat(1), space: fc.nat(1), key };

const step = fc.oneof(
  fc.record({ verb: fc.constant("set" as const), ...who, value: anyValue(anyText), ttlMs }),
  fc.record({ verb: fc.constant("update" as const), ...who }),
  fc.record({ verb: fc.constant("delete" as const), ...who }),
  fc.record({ verb: fc.constant("get" as const), ...who }),
  fc.record({ verb: fc.constant("getItem" as const), ...who }),
  fc.record({ verb: fc.constant("clear" as const), ...who }),
  fc.record({ verb: fc.constant("foreign" as const), ...who }),
  fc.record({ verb: fc.constant("wait" as const), ms: fc.constantFrom(0.5, 1, 9, 50) }),
  fc.record({ verb: fc.constant("deliver" as const) }),
  fc.record({ verb: fc.constant("reload" as const), tab: fc.nat(1) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface ModelEntry {
  readonly value: unknown;
  readonly expires: number;
}

/** Two tabs with two namespaces each, and a Map for each namespace as what is right. */
class Run {
  readonly #clock = new Clock(0);
  readonly #origin = new Origin();
  readonly #models = [new Map<string, ModelEntry>(), new Map<string, ModelEntry>()];
  readonly #tabs = [this.#open(), this.#open()];

  #open() {
    const area = this.#origin.tab().area();
    const spaces = ["x", "y"].map((namespace) =>
      openWebStorage(area, { namespace, now: this.#clock.now, ttlMs: 60 })
    );
    // What a page shows: the last that its listeners heard, and a signal.
    const shown = ["a", "b"].map((key) => {
      const entry = { key, heard: spaces[0]!.get(key), signal: spaces[0]!.signal(key) };
      spaces[0]!.subscribe(key, (value) => entry.heard = value);
      return entry;
    });
    return { spaces, shown };
  }
  #live(space: number): [string, unknown][] {
    return [...this.#models[space]!]
      .filter(([, { expires }]) => expires > this.#clock.time)
      .map(([key, { value }]): [string, unknown] => [key, value])
      .sort(([a], [b]) => a < b ? -1 : 1);
  }
  #value(space: number, key: string): unknown {
    return this.#live(space).find(([name]) => name === key)?.[1];
  }
  #put(space: number, key: string, value: unknown, ttlMs = 60): void {
    if (ttlMs > 0) this.#models[space]!.set(key, { value, expires: this.#clock.time + ttlMs });
    else this.#models[space]!.delete(key);
  }

  do(step: Step): void {
    if (step.verb === "wait") return void (this.#clock.time += step.ms);
    if (step.verb === "deliver") return this.#origin.deliver();
    if (step.verb === "reload") return void (this.#tabs[step.tab] = this.#open());
    const { key, space } = step;
    const page = this.#tabs[step.tab]!.spaces[space]!;
    const before = this.#value(space, key);
    switch (step.verb) {
      case "set":
        page.set(key, step.value, step.ttlMs === undefined ? {} : { ttlMs: step.ttlMs });
        return this.#put(space, key, step.value, step.ttlMs);
      case "update":
        assertEquals(
          describe(page.update(key, (value) => [value].flat(9).length)),
          describe(
            [before].flat(9).length,
          ),
        );
        return this.#put(space, key, [before].flat(9).length);
      case "delete":
        assertEquals(page.delete(key), this.#live(space).some(([name]) => name === key));
        return void this.#models[space]!.delete(key);
      case "get":
        return assertEquals(describe(page.get(key)), describe(before));
      case "getItem":
        return assertEquals(page.getItem(key), typeof before === "string" ? before : null);
      case "clear":
        page.clear();
        return this.#models[space]!.clear();
      case "foreign":
        this.#origin.items.set(key, "not ours");
    }
  }
  check(): void {
    for (const { spaces } of this.#tabs) {
      spaces.forEach((page, i) => {
        assertEquals(describe(page.entries()), describe(this.#live(i)));
        assertEquals(page.keys(), this.#live(i).map(([key]) => key));
        for (const key of ["a", "none"]) {
          assertEquals(page.has(key), this.#live(i).some(([name]) => name === key));
        }
        assertEquals([page.kind, page.persistent], ["local", true]);
      });
    }
  }
  /** What pages show once all events have come and they looked what has expired. */
  checkShown(): void {
    this.check();
    this.#origin.deliver();
    for (const { spaces, shown } of this.#tabs) {
      for (const { key, heard, signal } of shown) {
        assertEquals(describe(heard), describe(spaces[0]!.get(key)));
        assertEquals(describe(signal.value), describe(spaces[0]!.get(key)));
      }
    }
  }
}

Deno.test("two tabs agree with a Map whatever they do", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const run = new Run();
      for (const step of steps) {
        run.do(step);
        run.check();
      }
      run.checkShown();
    }),
    { numRuns: RUNS },
  );
});

Deno.test("listeners show what is there when nobody looks but they", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const run = new Run();
      for (const step of steps) run.do(step);
      run.checkShown();
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a page on an area that is nearly full keeps its promises", () => {
  const write = fc.record({ key, size: fc.nat(400), ttlMs });
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 40 }),
      fc.constantFrom(300, 600, 1_200),
      fc.constantFrom(Infinity, 900),
      (writes, quota, maxBytes) => {
        const clock = new Clock(0);
        const origin = new Origin({ quota });
        origin.items.set("foreign", "x".repeat(90));
        const tab = origin.tab();
        const page = openWebStorage(tab.area(), { now: clock.now, maxBytes });
        let told = 0;
        page.onDegraded(() => told++);
        const model = new Map<string, string>();
        for (const { key, size, ttlMs } of writes) {
          const value = `${clock.time}`.padEnd(size, "x");
          const before = told;
          page.set(key, value, ttlMs === undefined ? {} : { ttlMs });
          if (told > before) assert(!page.persistent);
          assertEquals(page.get(key), ttlMs === undefined || ttlMs > 0 ? value : undefined);
          model.set(key, value);
          clock.time++;
          for (const [key, value] of page.entries()) assertEquals(value, model.get(key));
          const next = tab.open({ now: clock.now });
          if (page.persistent) assertEquals(next.entries(), page.entries());
          else assert(told > 0 && next.keys().length < page.keys().length);
          // What is stored is never older than what the page has.
          for (const [key, value] of next.entries()) assertEquals(page.get(key), value);
          assert(origin.units <= quota && origin.items.has("foreign"));
          const taken = [...origin.items].filter(([key]) => key !== "foreign")
            .reduce((sum, [key, text]) => sum + 2 * (key.length + text.length), 0);
          assert(taken <= maxBytes);
        }
      },
    ),
    { numRuns: RUNS },
  );
});

Deno.test("a page whose storage fails at any call gives the answers of one in memory", () => {
  const plan = fc.record({
    at: fc.integer({ min: 1, max: 200 }),
    when: fc.constantFrom("before" as const, "after" as const),
    lasting: fc.boolean(),
    error: fc.constant(() => new DOMException("blocked", "SecurityError")),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), plan, (steps, plan) => {
      const faults = new Faults();
      const tab = new Origin().tab();
      const area = tab.area({ storage: () => faultyStorage(tab.storage, faults) });
      faults.begin(plan);
      assertEquals(answers(area, steps), answers(openArea("memory"), steps));
      const failed = faults.calls >= plan.at;
      assertEquals([area.kind(), area.persistent("")], [failed ? "memory" : "local", !failed]);
    }),
    { numRuns: RUNS },
  );
});

/** What a page hears and gets on `area`. */
function answers(area: Area, steps: readonly Step[]): string {
  const clock = new Clock(0);
  const pages = ["x", "y"].map((namespace) =>
    openWebStorage(area, { namespace, now: clock.now, ttlMs: 60 })
  );
  const all: unknown[] = [];
  pages[0]!.subscribe("a", (value) => all.push(["heard", value]));
  for (const step of steps) {
    if (step.verb === "wait") clock.time += step.ms;
    if (!("key" in step)) continue;
    const { key, verb } = step;
    const page = pages[step.space]!;
    if (verb === "set") page.set(key, step.value, { ttlMs: step.ttlMs ?? 60 });
    else if (verb === "update") all.push(page.update(key, (value) => [value].flat(9).length));
    else if (verb === "clear") page.clear();
    else if (verb === "foreign") all.push(page.has(key), page.entries());
    else all.push(page[verb](key));
  }
  return describe([all, ...pages.map((page) => page.entries())]);
}
