import { assert, assertEquals, assertRejects } from "@std/assert";
import { cache, type FactoryContext } from "../../../db/cache/mod.ts";
import { setFactoryScope } from "../../../db/cache/scope.ts";
import { gate, sleep } from "../subject.ts";
import { type CacheSuite, schema } from "./suite.ts";

/** What `getOrSet` does on every driver. */
export function testCacheMaking({ test, cached }: CacheSuite, shared: boolean): void {
  cached("getOrSet() makes a value once, however many ask", {}, async (c) => {
    let runs = 0;
    const make = async () => {
      runs++;
      await sleep(2);
      return { runs };
    };
    const values = await Promise.all(Array.from({ length: 100 }, () => c.getOrSet("k", make)));
    assertEquals(runs, 1);
    assertEquals(values.every((value) => (value as { runs: number }).runs === 1), true);
    assertEquals(await c.getOrSet("k", make), { runs: 1 });
    assertEquals(runs, 1);
  });

  cached("getOrSet() stores nothing where the factory fails or gives undefined", {}, async (c) => {
    const error = new Error("no");
    const failing = Array.from(
      { length: 3 },
      () => c.getOrSet("k", () => Promise.reject(error)).catch((reason) => reason),
    );
    assertEquals((await Promise.all(failing)).every((reason) => reason === error), true);
    await assertRejects(() =>
      c.getOrSet("k", () => {
        throw error;
      })
    );
    assertEquals(await c.getOrSet("k", () => undefined), undefined);
    assertEquals(await c.getOrSet("k", (context) => (context.skip(), 5)), 5);
    assertEquals(await c.has("k"), false);
    assertEquals(await c.getOrSet("k", () => 6), 6);
  });

  cached("getOrSet() gives the factory its context", { ttlMs: 10 }, async (c, time) => {
    const seen: FactoryContext<unknown>[] = [];
    const make = (value: number) => (context: FactoryContext<unknown>) => {
      seen.push(context);
      context.setTtl(20);
      context.setTags(["t"]);
      return value;
    };
    await c.getOrSet("k", make(1), { tags: ["other"] });
    await sleep(50); // a sweep that the first use begins would take what is over before it is looked at
    assertEquals(seen[0]?.previous, undefined);
    time.move(15);
    assertEquals(await c.get("k"), 1);
    assertEquals((await c.entry("k"))?.tags, ["t"]);
    time.move(5);
    assertEquals(await c.getOrSet("k", make(2)), 2);
    assertEquals(seen[1]?.previous?.value, 1);
    assertEquals(seen[1]?.previous?.stale, true);
    assertEquals(seen[1]?.signal.aborted, false);
  });

  cached("getOrSet() gives a stale value and makes a new one behind it", {
    ...{ ttlMs: 10, staleMs: 100 },
  }, async (c, time) => {
    await c.set("k", 1);
    time.move(20);
    const { reached, reach } = gate();
    let runs = 0;
    const make = async () => {
      runs++;
      await reached;
      return 2;
    };
    const found = await Promise.all([1, 2, 3].map(() => c.getOrSet("k", make)));
    assertEquals(found, [1, 1, 1]);
    reach();
    for (let i = 0; await c.get("k") !== 2 && i < 500; i++) await sleep(1);
    assertEquals(await c.get("k"), 2);
    assertEquals(runs, 1);
    time.move(20);
    assertEquals(await c.getOrSet("k", () => Promise.reject(new Error("no"))), 2);
    await sleep(5);
    assertEquals(await c.get("k"), 2);
  });

  cached("getOrSet() aborts the factory when every caller has", {}, async (c) => {
    const controllers = [new AbortController(), new AbortController()];
    let inner: AbortSignal | undefined;
    const make = ({ signal }: FactoryContext<unknown>) => {
      inner = signal;
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    };
    const calls = controllers.map(({ signal }) => c.getOrSet("k", make, { signal }));
    const ends = calls.map((call) => call.catch((reason) => reason));
    while (!inner) await sleep(1);
    controllers[0]?.abort("one");
    assertEquals(await ends[0], "one");
    assertEquals(inner.aborted, false);
    controllers[1]?.abort("two");
    assertEquals(await ends[1], "two");
    assertEquals([inner.aborted, inner.reason], [true, "two"]);
    assertEquals(await c.getOrSet("k", () => 3), 3);
    const aborted = AbortSignal.abort("before");
    const early = await c.getOrSet("k", () => 4, { signal: aborted }).catch((reason) => reason);
    assertEquals(early, "before");
  });

  cached("getOrSet() runs factories outside of any request", {}, async (c) => {
    let inside = false;
    setFactoryScope((fn) => {
      inside = true;
      try {
        return fn();
      } finally {
        inside = false;
      }
    });
    try {
      assertEquals(await c.getOrSet("k", () => inside), true);
    } finally {
      setFactoryScope(undefined);
    }
  });

  test("getOrSet() with a lease makes a value once for all", async (place) => {
    await using a = await place.open(schema);
    await using b = shared ? await place.open(schema) : undefined;
    const caches = [a, b].flatMap((db) => db ? [cache<number>(db, "c")] : []);
    let runs = 0;
    const make = async () => {
      await sleep(20);
      return ++runs;
    };
    const calls = Array.from(
      { length: 6 },
      (_, i) => caches[i % caches.length]?.getOrSet("k", make, { lease: true }),
    );
    assertEquals(await Promise.all(calls), [1, 1, 1, 1, 1, 1]);
    // One that fails lets the next begin.
    const failing = caches[0]?.getOrSet("l", async () => {
      await sleep(20);
      throw new Error("no");
    }, { lease: true }).catch(() => "failed");
    await sleep(5);
    assertEquals(await caches.at(-1)?.getOrSet("l", () => 7, { lease: true }).catch(() => 7), 7);
    assertEquals(await failing, "failed");
  });

  if (!shared) return;
  test("subscribe() tells of what happens elsewhere", async (place) => {
    await using a = await place.open(schema);
    await using b = await place.open(schema);
    const [here, there] = [cache(a, "c"), cache(b, "c")];
    await there.set("old", 1, { tags: ["t"] });
    const events: string[] = [];
    const note = (of: string) => ({ key, kind }: { key: string; kind: string }) =>
      events.push(`${of} ${key} ${kind}`);
    here.subscribe({ key: "k" }, note("key"));
    here.subscribe({ tag: "t" }, note("tag"));
    await here.get("k");
    await sleep(30);
    await there.set("k", 1);
    await there.set("m", 1, { tags: ["t"] });
    for (let i = 0; events.length < 2 && i < 500; i++) await sleep(5);
    await there.delete("k");
    await there.invalidateTags(["t"]);
    for (let i = 0; events.length < 5 && i < 500; i++) await sleep(5);
    assertEquals(events.toSorted(), [
      ...["key k delete", "key k set", "tag m delete", "tag m set", "tag old delete"],
    ]);
    assert(await here.get("k") === undefined);
  });
}
