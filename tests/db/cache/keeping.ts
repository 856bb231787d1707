import { assert, assertEquals } from "@std/assert";
import { cache, type CacheEvent } from "../../../db/cache/mod.ts";
import { gate, sleep } from "../subject.ts";
import { type CacheSuite, keysOf, notes, schema } from "./suite.ts";

/** What a cache tells, how many entries it keeps, and what it sweeps away, on every driver. */
export function testCacheKeeping({ test, cached }: CacheSuite, shared: boolean): void {
  cached("subscribe() tells what happens to a key or a tag", {}, async (c, time) => {
    const [byKey, byTag]: CacheEvent[][] = [[], []];
    const stop = c.subscribe({ key: "a" }, (event) => byKey!.push(event));
    c.subscribe({ tag: "t" }, (event) => byTag!.push(event));
    await c.get("a");
    await sleep(5);
    await c.set("a", 1, { ttlMs: 10, tags: ["t"] });
    await c.touch("a", 5);
    await c.set("b", 1, { tags: ["t"] });
    time.move(5);
    assertEquals(await c.get("a"), undefined);
    while (byKey!.length < 2) await sleep(1);
    await c.set("a", 2);
    await c.delete("b");
    stop();
    await c.delete("a");
    assertEquals(byKey!.map(({ kind }) => kind), ["set", "expire", "set"]);
    assertEquals(byTag!.map(({ key, kind }) => `${key} ${kind}`), [
      ...["a set", "b set", "a expire", "b delete"],
    ]);
  });

  cached("a limit of entries keeps those that were used last", { maxEntries: 3 }, async (c) => {
    const evicted: string[] = [];
    for (const key of "abcdef") {
      c.subscribe({ key }, ({ key, kind }) => kind === "evict" && evicted.push(key));
    }
    await c.setMany([["a", 1], ["b", 2], ["c", 3]]);
    assertEquals(await c.get("a"), 1);
    await c.set("d", 4);
    assertEquals(await keysOf(c), ["a", "c", "d"]);
    await c.set("c", 5);
    await c.set("e", 6);
    assertEquals(await keysOf(c), ["c", "d", "e"]);
    await c.delete("c");
    await c.set("f", 7);
    assertEquals(await keysOf(c), ["d", "e", "f"]);
    assertEquals(evicted, ["b", "a"]);
    assertEquals(c.statistics.evictions, 2);
    await c.clear();
    await c.setMany([..."abcde"].map((key) => [key, 1] as const));
    assertEquals((await keysOf(c)).length, 3);
  });

  cached("a limit of bytes counts keys and values", { maxBytes: 100 }, async (c) => {
    await c.set("a", "x".repeat(37)); // 40 bytes
    await c.set("b", "x".repeat(37));
    await c.get("a");
    await c.set("c", "é".repeat(8)); // 19 bytes
    assertEquals(await keysOf(c), ["a", "b", "c"]);
    await c.set("d", "xx"); // 5 bytes
    assertEquals(await keysOf(c), ["a", "c", "d"]);
    await c.set("d", "x".repeat(200));
    assertEquals(await keysOf(c), ["a", "c"]);
  });

  cached("what is over is swept away", { ttlMs: 10 }, async (c, time, db) => {
    const gone: string[] = [];
    c.subscribe({ key: "k77" }, ({ kind }) => gone.push(kind));
    await c.setMany(Array.from({ length: 700 }, (_, i) => [`k${i}`, i] as const), { tags: ["t"] });
    await c.set("stays", 1, { ttlMs: Infinity });
    time.move(2_000);
    await c.set("x", 1);
    for (let i = 0; gone.length < 2 && i < 4_000; i++) await sleep(1);
    assertEquals(gone, ["set", "expire"]);
    assertEquals(await keysOf(c), ["stays", "x"]);
    assert(db.seq > 0);
  });

  test("whose options are other ones elsewhere goes on", async (place) => {
    {
      await using db = await place.open(schema);
      const c = cache(db, "c");
      await c.setMany([["a", 1], ["b", 2], ["c", 3]]);
    }
    {
      await using db = await place.open(schema);
      const c = cache(db, "c", { maxEntries: 2 });
      await c.set("d", 4);
      assertEquals((await keysOf(c)).length, 2);
      assertEquals(await c.get("d"), 4);
    }
    await using db = await place.open(schema);
    const c = cache(db, "c");
    await c.setMany([["e", 5], ["f", 6]]);
    assertEquals((await keysOf(c)).length, 4);
  });

  test("writes are commits of their own beside transactions", async (place) => {
    await using db = await place.open(schema);
    const c = cache<number>(db, "c");
    await c.set("a", 0);
    await db.insert(notes, { id: "lost" });
    const { seq } = db;
    const [reserved, held] = [gate(), gate()];
    const transaction = db.transaction(async (tx) => {
      const there = await tx.get(notes, "lost");
      await tx.insert(notes, { id: "new" });
      if (tx.attempt <= 3) {
        await c.set("a", tx.attempt);
        assertEquals(await c.get("a"), tx.attempt);
        assertEquals(await tx.get(notes, "new"), { id: "new" });
        assertEquals(await db.get(notes, "new"), undefined);
        if (there) await db.delete(notes, "lost");
        else await db.insert(notes, { id: "lost" });
        return;
      }
      reserved.reach();
      await held.reached;
    });
    transaction.catch(() => {});
    await Promise.race([reserved.reached, transaction]);
    const order: string[] = [];
    const later = c.set("b", 1).then(() => order.push("set")); // the next commit is reserved
    await sleep(10);
    order.push("held");
    held.reach();
    await Promise.all([transaction, later]);
    assertEquals(await db.get(notes, "new"), { id: "new" });
    assertEquals([await c.get("a"), await c.get("b")], [3, 1]);
    assertEquals(order, ["held", "set"]);
    assertEquals(db.seq, seq + 3 + 3 + 1 + 1);
  });

  if (!shared) return;

  test("limits are those of who writes, where others have other ones", async (place) => {
    await using one = await place.open(schema);
    await using two = await place.open(schema);
    const wide = cache<number>(one, "c", { maxEntries: 5 });
    await wide.setMany([..."abcde"].map((key, i) => [key, i] as const));
    const narrow = cache<number>(two, "c", { maxEntries: 2 });
    assertEquals((await keysOf(narrow)).length, 5); // opening takes nothing away
    await narrow.set("f", 5);
    assertEquals(await keysOf(narrow), ["e", "f"]);
    for (const [i, key] of [..."ghi"].entries()) await wide.set(key, i);
    assertEquals(await keysOf(wide), [..."efghi"]);
    await wide.set("j", 1);
    assertEquals(await keysOf(wide), [..."fghij"]);
    await narrow.delete("x");
    assertEquals((await keysOf(narrow)).length, 5); // what writes nothing takes nothing away
    await narrow.setMany([["k", 1], ["l", 2]]);
    assertEquals(await keysOf(narrow), ["k", "l"]);
    assertEquals([wide.statistics.evictions, narrow.statistics.evictions], [1, 9]);
  });

  test("what was read elsewhere counts once that is written", async (place) => {
    await using one = await place.open(schema);
    await using two = await place.open(schema);
    const [a, b] = [
      cache(one, "c", { maxEntries: 3 }),
      cache(two, "c", { maxEntries: 3 }),
    ] as const;
    await a.setMany([["x", 1], ["y", 2], ["z", 3]]);
    await a.get("x"); // noted by this one alone
    await b.set("n", 4);
    assertEquals(await keysOf(b), ["n", "y", "z"]);
    await a.get("y");
    await a.set("m", 5); // written with this
    assertEquals(await keysOf(a), ["m", "n", "y"]);
    await b.set("o", 6);
    assertEquals(await keysOf(b), ["m", "o", "y"]);
  });
}
