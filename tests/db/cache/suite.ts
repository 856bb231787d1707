import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Database, type Schema, table, text } from "../../../mod.ts";
import { type Cache, cache, type CacheOptions } from "../../../db/cache/mod.ts";
import type { Register } from "../../conformance/suite.ts";
import type { Place, PlaceKind } from "../../support/places.ts";

export const notes = table("notes", { id: text().primaryKey() });
export const schema: Schema = { tables: [notes] };

/** A clock that stands until it is moved. */
export function clock(start = 1_000): { now: () => number; move(ms: number): void } {
  let time = start;
  return { now: () => time, move: (ms) => time += ms };
}

/** What a test of a cache gets. */
export interface CacheSuite {
  test(title: string, fn: (place: Place) => Promise<void>): void;
  /** The same with a cache whose clock stands. */
  cached(
    title: string,
    options: CacheOptions,
    fn: (cache: Cache<unknown>, time: ReturnType<typeof clock>, db: Database) => Promise<void>,
  ): void;
}

export function suiteOf({ name, make }: PlaceKind, register: Register): CacheSuite {
  const test: CacheSuite["test"] = (title, fn) =>
    register(`${name}: cache ${title}`, async () => {
      const place = make();
      try {
        await fn(place);
      } finally {
        place.remove();
      }
    });
  return {
    test,
    cached: (title, options, fn) =>
      test(title, async (place) => {
        await using db = await place.open(schema);
        const time = clock();
        await fn(cache(db, "test", { now: time.now, ...options }), time, db);
      }),
  };
}

/** The keys of a cache. */
export async function keysOf(cache: Cache<unknown>, prefix?: string): Promise<string[]> {
  return await Array.fromAsync(cache.keys(prefix));
}

/** What the verbs of a cache do on every driver. */
export function testCacheVerbs({ test, cached }: CacheSuite): void {
  cached("get() gives what set() stored, and a copy of its own", {}, async (c) => {
    const value = { a: [1, { b: 2 }] };
    await c.set("k", value);
    value.a.push(3);
    const first = await c.get("k");
    assertEquals(first, { a: [1, { b: 2 }] });
    (first as typeof value).a.length = 0;
    assertEquals(await c.get("k"), { a: [1, { b: 2 }] });
    assertEquals(await c.get("other"), undefined);
    await c.set("k", null);
    assertEquals(await c.get("k"), null);
  });

  cached("values keep their kinds", {}, async (c) => {
    const values: unknown[] = [
      ...[null, true, 1.5, NaN, Infinity, -Infinity, -0, 12n, "t\0\ud800", new Date(5)],
      ...[new Date(NaN), /a"b/gi, new Map([[{ a: 1 }, new Set([1])]]), new Set(["a"])],
      ...[new Uint8Array([0, 255]).buffer, new Uint8Array([0, 255]), new Float64Array([1.5])],
      ...[new DataView(new Uint8Array([1]).buffer), new URL("https://example.com/?a")],
      ...[{ a: { b: undefined } }, JSON.parse('{"__proto__":1}'), { $: ["date", 1] }],
      // deno-lint-ignore no-sparse-arrays -- one of the kinds
      [1, , 3],
    ];
    for (const [i, value] of values.entries()) await c.set(`${i}`, value);
    for (const [i, value] of values.entries()) assertEquals(await c.get(`${i}`), value);
    await c.set("error", new RangeError("m", { cause: 1 }));
    const error = await c.get("error");
    assert(error instanceof RangeError && error.message === "m" && error.cause === 1);
  });

  cached("set() refuses undefined and what has no kind", {}, async (c) => {
    await assertRejects(() => c.set("k", undefined), TypeError);
    await assertRejects(() => c.set("k", () => {}), TypeError);
    await assertRejects(() => c.set("k", 1, { ttlMs: NaN }), RangeError);
    await assertRejects(() => c.set("k", 1, { staleMs: -1 }), RangeError);
    await assertRejects(() => c.set("k", 1, { tags: ["a\0"] }), RangeError);
    assertEquals(await keysOf(c), []);
  });

  cached("keys are any well-formed text of 1,024 bytes", {}, async (c) => {
    const keys = [
      ...["", "a", "A", "%", "_", "*", "[", "\\", "'", '"', "a b", "a:b", ":", "1:", "a.b", "é"],
      ...["__proto__", "constructor", "toString", "hasOwnProperty", "order", "select", "\u{1F600}"],
      ...["\uFF5E", "\uFB01", "a".repeat(1_024), "\u{1F600}".repeat(256), "a%", "a_", "ab"],
    ];
    for (const key of keys) await c.set(key, key, { tags: [key] });
    for (const key of keys) assertEquals(await c.get(key), key);
    const sorted = keys.toSorted((a, b) => {
      const [x, y] = [[...a], [...b]].map((list) => list.map((unit) => unit.codePointAt(0) ?? 0));
      for (let i = 0; i < Math.min(x!.length, y!.length); i++) {
        if (x![i] !== y![i]) return x![i]! - y![i]!;
      }
      return x!.length - y!.length;
    });
    assertEquals(await keysOf(c), sorted);
    for (const prefix of ["a", "%", "_", "a%", "a_", "\u{1F600}"]) {
      assertEquals(await keysOf(c, prefix), sorted.filter((key) => key.startsWith(prefix)));
    }
    assertEquals(await c.invalidateTags(["%", "__proto__", "a_"]), 3);
    assertEquals(await c.deleteMany(keys), keys.length - 3);
    for (const key of ["\ud800", "a\udfff", "a\0b", "a".repeat(1_025), "é".repeat(513)]) {
      for (
        const verb of [
          () => c.get(key),
          () => c.set(key, 1),
          () => c.delete(key),
          () => c.has(key),
          () => c.getMany(["a", key]),
          () => c.setMany([["a", 1], [key, 1]]),
          () => c.getOrSet(key, () => 1),
          () => c.touch(key),
          () => keysOf(c, key),
        ]
      ) await assertRejects(verb, RangeError);
    }
    await assertRejects(() => c.get(1 as never), TypeError);
    assertEquals(await keysOf(c), []);
  });

  cached("entries expire at their time, and not before", { ttlMs: 100 }, async (c, time) => {
    await c.set("a", 1);
    await c.set("b", 2, { ttlMs: 50 });
    await c.set("c", 3, { ttlMs: Infinity });
    await c.set("d", 4, { ttlMs: 0 });
    await c.set("c", 5, { ttlMs: -1 });
    assertEquals(await c.get("d"), undefined);
    assertEquals(await c.get("c"), undefined);
    await c.set("c", 3, { ttlMs: Infinity });
    time.move(49);
    assertEquals((await c.entry("b"))?.expiresAt, 1_050);
    assertEquals(await c.get("b"), 2);
    time.move(1);
    assertEquals(await c.get("b"), undefined);
    assertEquals(await c.has("b"), false);
    assertEquals(await c.delete("b"), false);
    time.move(50);
    assertEquals(await c.getMany(["a", "b", "c"]), new Map([["c", 3]]));
    assertEquals(await keysOf(c), ["c"]);
    assertEquals((await c.entry("c"))?.expiresAt, Infinity);
  });

  cached("stale values are given as long as staleMs says", { ttlMs: 10 }, async (c, time) => {
    await c.set("a", 1, { staleMs: 20 });
    await c.set("b", 1);
    time.move(15);
    assertEquals(await c.get("a"), 1);
    assertEquals((await c.entry("a"))?.stale, true);
    assertEquals(await c.get("b"), undefined);
    time.move(15);
    assertEquals(await c.get("a"), undefined);
    assertEquals({ ...c.statistics }, { hits: 0, misses: 2, stale: 2, evictions: 0 });
  });

  cached("touch() makes an entry fresh again", { ttlMs: 10 }, async (c, time) => {
    await c.set("a", 1, { staleMs: 5 });
    const version = (await c.entry("a"))?.version;
    time.move(12);
    assertEquals(await c.touch("a"), true);
    assertEquals((await c.entry("a"))?.stale, false);
    assertEquals((await c.entry("a"))?.version, version);
    time.move(12);
    assertEquals(await c.get("a"), 1);
    assertEquals(await c.touch("a", Infinity), true);
    time.move(1e9);
    assertEquals(await c.get("a"), 1);
    assertEquals(await c.touch("a", 0), true);
    assertEquals(await c.get("a"), undefined);
    assertEquals(await c.touch("a"), false);
  });

  cached("setMany() and getMany() take several in one commit", {}, async (c, _, db) => {
    await c.set("a", 0);
    const { seq } = db;
    await c.setMany([["a", 1], ["b", 2], ["a", 3]], { tags: ["t"] });
    assertEquals(db.seq, seq + 1);
    assertEquals(await c.getMany(["b", "x", "a", "b"]), new Map([["b", 2], ["a", 3]]));
    assertEquals(await c.deleteMany(["a", "x", "b", "a"]), 2);
    assertEquals(await c.getMany([]), new Map());
    await c.setMany([]);
    assertEquals(db.seq, seq + 2);
    await assertRejects(() => c.setMany([["a", 1], ["b", undefined]]), TypeError);
    assertEquals(await c.has("a"), false);
  });

  cached("setIf() stores where the version is the one that is known", {}, async (c, time) => {
    assertEquals(await c.setIf("a", 1, { version: undefined, ttlMs: 10 }), true);
    assertEquals(await c.setIf("a", 2, { version: undefined }), false);
    const version = (await c.entry("a"))?.version;
    const all = await Promise.all([3, 4, 5].map((n) => c.setIf("a", n, { version, ttlMs: 10 })));
    assertEquals(all.filter(Boolean).length, 1);
    assertEquals(await c.setIf("a", 9, { version }), false);
    time.move(10);
    assertEquals(await c.setIf("a", 6, { version: undefined }), true);
    assertEquals(await c.get("a"), 6);
  });

  cached("invalidateTags() deletes what has one of the tags", {}, async (c) => {
    await c.set("a", 1, { tags: ["x", "y", "x"] });
    await c.set("b", 2, { tags: ["y"] });
    await c.set("c", 3, { tags: ["z"] });
    await c.set("d", 4);
    assertEquals((await c.entry("a"))?.tags, ["x", "y"]);
    await c.set("a", 1, { tags: ["z"] });
    assertEquals(await c.invalidateTags(["x"]), 0);
    assertEquals(await c.invalidateTags(["y", "z"]), 3);
    assertEquals(await keysOf(c), ["d"]);
    await c.set("d", 4);
    assertEquals(await c.invalidateTags(["y", "z"]), 0);
  });

  test("caches of one database leave each other alone", async (place) => {
    await using db = await place.open(schema);
    const names = ["", "a", "__proto__", "a".repeat(1_024)];
    const caches = names.map((name) => cache(db, name));
    for (const [i, c] of caches.entries()) await c.set("k", i, { tags: ["t"] });
    for (const [i, c] of caches.entries()) assertEquals(await c.get("k"), i);
    await caches[0]!.clear();
    assertEquals(await caches[1]!.invalidateTags(["t"]), 1);
    assertEquals(await Promise.all(caches.map((c) => c.has("k"))), [false, false, true, true]);
    assertThrows(() => cache(db, "a", { ttlMs: 1 }), TypeError);
    assertEquals(cache(db, "a") === caches[1], true);
    assertThrows(() => cache(db, "\ud800"), RangeError);
    assertThrows(() => cache(db, "b", { maxEntries: 0 }), RangeError);
    assertThrows(() => cache({} as Database, "b"), TypeError);
  });

  test("entries are there when the database is opened again", async (place) => {
    {
      await using db = await place.open(schema);
      const c = cache(db, "c", { maxEntries: 10 });
      await c.set("a", { n: 1 }, { tags: ["t"] });
      await c.set("b", 2);
    }
    {
      await using db = await place.open(schema); // knows nothing of it
      await db.insert(notes, { id: "n" });
    }
    await using db = await place.open(schema);
    const c = cache(db, "c", { maxEntries: 2 });
    assertEquals(await c.get("a"), { n: 1 });
    await c.set("c", 3);
    assertEquals(await keysOf(c), ["a", "c"]);
    assertEquals(await c.invalidateTags(["t"]), 1);
    await db.close();
    await assertRejects(() => c.get("a"), Error);
  });

  cached("clear() and entries() go through many", {}, async (c) => {
    await c.setMany(Array.from({ length: 2_500 }, (_, i) => [`k${i}`, i] as const));
    let sum = 0;
    for await (const [key, value] of c.entries("k1")) {
      assertEquals(key, `k${value}`);
      sum++;
    }
    assertEquals(sum, 1_111);
    await c.clear();
    assertEquals(await keysOf(c), []);
  });
}
