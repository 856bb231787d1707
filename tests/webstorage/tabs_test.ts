import { assertEquals } from "@std/assert";
import { computed, effect } from "@preact/signals-core";
import { openWebStorage } from "../../webstorage/open.ts";
import { Clock, Origin } from "./origin.ts";

Deno.test("a listener hears of changes, of this page and of other tabs, and of nothing else", () => {
  const clock = new Clock();
  const origin = new Origin();
  const here = origin.tab();
  const area = here.area();
  const page = openWebStorage(area, { now: clock.now });
  const beside = openWebStorage(area, { now: clock.now });
  const there = origin.tab().open({ now: clock.now });
  const heard: unknown[] = [];
  const stop = page.subscribe("a", (value) => heard.push(value));
  const expect = (...values: unknown[]) => {
    origin.deliver();
    assertEquals(heard.splice(0), values);
  };
  expect();
  page.set("a", { n: 1 });
  expect({ n: 1 });
  clock.time++;
  page.set("a", { n: 1 });
  page.set("b", 2);
  expect();
  beside.set("a", 2);
  expect(2);
  there.set("a", 3);
  assertEquals(heard, []);
  expect(3);
  there.set("a", 3, { ttlMs: 5 });
  expect();
  clock.time += 5;
  assertEquals(page.get("a"), undefined);
  expect(undefined);
  there.set("a", undefined);
  expect(undefined);
  there.delete("a");
  expect(undefined);
  page.set("a", 4);
  there.clear();
  expect(4, undefined);
  page.set("a", 5);
  expect(5);
  page.delete("a");
  expect(undefined);
  page.set("a", 6);
  page.clear();
  expect(6, undefined);
  stop();
  stop();
  page.set("a", 7);
  there.set("a", 8);
  expect();
});

Deno.test("all tabs hear when one clears the whole area", () => {
  const origin = new Origin();
  const page = origin.tab().open();
  page.set("a", 1);
  page.set("b", 2);
  const heard: unknown[] = [];
  page.subscribe("a", (value) => heard.push(value));
  const signal = page.signal("b");
  const values: unknown[] = [];
  const stop = signal.subscribe((value) => values.push(value));
  origin.tab().storage.clear();
  origin.deliver();
  assertEquals([heard, values, page.keys()], [[undefined], [2, undefined], []]);
  stop();
});

Deno.test("listeners end with the last value when one of them writes", () => {
  const page = new Origin().tab().open();
  const heard: unknown[] = [];
  page.subscribe<number>("a", (value = 0) => {
    if (value < 3) page.set("a", value + 1);
  });
  page.subscribe("a", (value) => heard.push(value));
  page.set("a", 1);
  assertEquals([heard, page.get("a")], [[3], 3]);
});

Deno.test("a listener that another one ends is not called any more", () => {
  const page = new Origin().tab().open();
  const heard: string[] = [];
  page.subscribe("a", () => {
    heard.push("first");
    stop();
  });
  const stop = page.subscribe("a", () => heard.push("second"));
  page.set("a", 1);
  assertEquals(heard, ["first"]);
});

Deno.test("the same function can listen twice, and each ends alone", () => {
  const page = new Origin().tab().open();
  let calls = 0;
  const listener = () => void calls++;
  const stop = page.subscribe("a", listener);
  page.subscribe("a", listener);
  page.set("a", 1);
  stop();
  page.set("a", 2);
  assertEquals(calls, 3);
});

Deno.test("a signal is current with and without watchers, and keeps the identity of its value", () => {
  const clock = new Clock();
  const origin = new Origin();
  const page = origin.tab().open({ now: clock.now });
  const there = origin.tab().open({ now: clock.now });
  const signal = page.signal<{ n: number }>("a");
  assertEquals([signal.value, signal.peek()], [undefined, undefined]);
  page.set("a", { n: 1 });
  const first = signal.value;
  assertEquals(first, { n: 1 });
  there.set("a", { n: 1 });
  assertEquals(signal.value === first && signal.peek() === first, true);
  there.set("a", { n: 2 });
  assertEquals(signal.value, { n: 2 }); // read before the event came

  const double = computed(() => (signal.value?.n ?? 0) * 2);
  assertEquals(double.value, 4);
  const seen: unknown[] = [];
  const stop = effect(() => void seen.push(double.value));
  page.set("a", { n: 3 });
  there.set("a", { n: 4 });
  origin.deliver();
  assertEquals(seen, [4, 6, 8]);
  page.set("a", { n: 5 }, { ttlMs: 5 });
  assertEquals(signal.value, { n: 5 });
  clock.time += 5;
  assertEquals(signal.value, undefined);
  assertEquals(seen, [4, 6, 8, 10, 0]);
  stop();
  page.set("a", { n: 6 });
  assertEquals([signal.value, double.value, seen.length], [{ n: 6 }, 12, 5]);
});

Deno.test("an effect that reads a value as it expires runs once with the value and once without", () => {
  const clock = new Clock();
  const page = new Origin().tab().open({ now: clock.now });
  page.set("a", 1, { ttlMs: 5 });
  const signal = page.signal("a");
  const twice = computed(() => [signal.value, (clock.time += 5, signal.value)]);
  assertEquals(twice.value, [1, undefined]);
});

Deno.test("a signal is one of signals-core, so that it can be rendered", async () => {
  const { Signal } = await import("@preact/signals-core");
  const page = new Origin().tab().open();
  page.set("a", 1);
  const signal = page.signal("a");
  assertEquals([signal instanceof Signal, `${signal}`, JSON.stringify(signal)], [true, "1", "1"]);
});

Deno.test("a page that comes back looks again", () => {
  const origin = new Origin();
  const tab = origin.tab();
  const page = tab.open();
  const heard: unknown[] = [];
  page.subscribe("a", (value) => heard.push(value));
  page.get("a");
  origin.tab().open().set("a", 1); // its event never comes
  tab.events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  assertEquals(heard, []);
  tab.events.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  assertEquals(heard, [1]);
});

Deno.test("events of another area are not ours", () => {
  const origin = new Origin({ quota: 100 });
  const tab = origin.tab();
  const page = tab.open();
  page.set("a", "stored");
  page.set("b", "too long for that".repeat(10));
  const heard: unknown[] = [];
  page.subscribe("b", (value) => heard.push(value));
  const send = (storageArea: Storage) => {
    const event = { key: null, newValue: null, storageArea };
    tab.events.dispatchEvent(Object.assign(new Event("storage"), event));
  };
  send(new Origin().tab().storage);
  assertEquals([heard, page.keys()], [[], ["a", "b"]]);
  send(tab.storage); // of this area: what was in memory alone is cleared too
  assertEquals([heard, page.keys()], [[undefined], ["a"]]);
});

/** Channels by name; what one posts the others hear at once. */
class Channels {
  readonly #all: { name: string; onmessage: unknown; postMessage(data: unknown): void }[] = [];
  readonly open = (name: string) => {
    const own = {
      name,
      onmessage: null as ((event: MessageEvent) => unknown) | null,
      postMessage: (data: unknown) => {
        for (const other of this.#all) {
          if (other === own || other.name !== name || typeof other.onmessage !== "function") {
            continue;
          }
          other.onmessage({ data: structuredClone(data) });
        }
      },
    };
    this.#all.push(own);
    return own;
  };
  get size(): number {
    return this.#all.length;
  }
}

Deno.test("tabs hear of each other by a channel where storage is blocked", () => {
  const channels = new Channels();
  const open = () =>
    openWebStorage(new Origin().tab().area({ storage: () => null, channel: channels.open }));
  const [a, b] = [open(), open()];
  const heard: unknown[] = [];
  b.subscribe("k", (value) => heard.push(value));
  assertEquals([a.kind, b.kind, channels.size], ["memory", "memory", 2]);
  a.set("k", new Map([[1, 2]]));
  assertEquals(b.get("k"), new Map([[1, 2]]));
  b.set("k", 2);
  assertEquals(a.get("k"), 2);
  a.delete("k");
  assertEquals(b.keys(), []);
  a.set("k", 3);
  a.clear();
  assertEquals([b.keys(), heard], [[], [new Map([[1, 2]]), 2, undefined, 3, undefined]]);
});

Deno.test("nonsense on the channel is not heard, and no channel is opened while storage works", () => {
  const channels = new Channels();
  const blocked = openWebStorage(
    new Origin().tab().area({ storage: () => null, channel: channels.open }),
  );
  blocked.set("k", 1);
  const stranger = channels.open("strata-cache:local");
  const odd = [null, 1, [null], "k", {}, [], [1], ["k", "0,Infinity,0,9"], ['strata-cache:""x', 5]];
  for (const data of odd) stranger.postMessage(data);
  assertEquals(blocked.entries(), [["k", 1]]);
  const before = channels.size;
  new Origin().tab().open().set("k", 1);
  assertEquals(channels.size, before);
});

Deno.test("a page works alone where a channel can not be opened, or breaks later", () => {
  const fail = () => {
    throw new DOMException("no", "InvalidStateError");
  };
  for (const channel of [fail, () => ({ onmessage: null, postMessage: fail })]) {
    const page = openWebStorage(new Origin().tab().area({ storage: () => null, channel }));
    const heard: unknown[] = [];
    page.subscribe("k", (value) => heard.push(value));
    page.set("k", 1);
    assertEquals([page.get("k"), page.kind, heard], [1, "memory", [1]]);
  }
});
