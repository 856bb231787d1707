import { createStorage, prefixStorage, restoreSnapshot, snapshot } from "unstorage";
import { assertEquals } from "@std/assert";
import { cache, itemStorage, unstorageDriver } from "../../../db/cache/mod.ts";
import { PLACES } from "../../support/places.ts";
import { clock, schema } from "./suite.ts";

// What unstorage tests of its own drivers (`test/drivers/utils.ts`), on each of ours.
for (const kind of PLACES) {
  const test = (
    title: string,
    fn: (
      storage: ReturnType<typeof createStorage>,
      time: ReturnType<typeof clock>,
    ) => Promise<void>,
  ) =>
    Deno.test(`${kind.name}: unstorage ${title}`, async () => {
      const place = kind.make();
      const db = await place.open(schema);
      const time = clock();
      const driver = unstorageDriver(cache(db, "unstorage", { now: time.now }));
      // Its type is unstorage's, by shape.
      const storage = createStorage({ driver: driver as never });
      try {
        await fn(storage, time);
      } finally {
        await storage.dispose();
        await db.close();
        place.remove();
      }
    });

  test("setItem, getItem, hasItem, getKeys, removeItem", async (s) => {
    await s.setItem("s1:a", "test_data");
    await s.setItem("s2:a", "test_data");
    await s.setItem("s3:a?q=1", "test_data");
    assertEquals(await s.hasItem("s1:a"), true);
    assertEquals(await s.getItem("s1:a"), "test_data");
    assertEquals(await s.getItem("missing"), null);
    assertEquals((await s.getKeys()).toSorted(), ["s1:a", "s2:a", "s3:a"]);
    assertEquals(await s.getKeys("s1"), ["s1:a"]);
    await s.removeItem("s1:a");
    assertEquals(await s.hasItem("s1:a"), false);
    assertEquals(await s.getKeys("s1"), []);
  });
  test("values of several kinds", async (s) => {
    const values = { number: 10, bool: true, null: null, object: { a: [1] }, text: "a", empty: "" };
    for (const [key, value] of Object.entries(values)) await s.setItem(`v:${key}`, value);
    for (const [key, value] of Object.entries(values)) {
      assertEquals(await s.getItem(`v:${key}`), value);
    }
    const date = { toJSON: () => "SERIALIZED" };
    await s.setItem("json", date);
    assertEquals(await s.getItem("json"), "SERIALIZED");
  });
  test("raw values", async (s) => {
    const value = new Uint8Array([1, 2, 255]);
    await s.setItemRaw("raw", value);
    assertEquals(await s.getItemRaw("raw"), value);
    await s.setItemRaw("object", { big: 1n });
    assertEquals(await s.getItemRaw("object"), { big: 1n });
  });
  test("batches", async (s) => {
    await s.setItem("a", "1");
    await s.setItems([{ key: "b", value: "2" }, { key: "c", value: "3" }]);
    assertEquals(await s.getItems(["a", "b", "c", "d"]), [
      ...[{ key: "a", value: 1 }, { key: "b", value: 2 }, { key: "c", value: 3 }],
      { key: "d", value: null },
    ]);
  });
  test("snapshots, prefixes and clear", async (s) => {
    await s.setItem("a:b", 1);
    await s.setItem("ab", 3);
    await prefixStorage(s, "a").setItem("c", 2);
    const saved = await snapshot(s, "a:");
    assertEquals<unknown>(saved, { b: 1, c: 2 });
    for (const key of await s.getKeys("a")) await s.removeItem(key); // its clear() is of whole mounts
    assertEquals(await s.getKeys(), ["ab"]);
    await restoreSnapshot(s, saved, "x");
    assertEquals((await s.getKeys()).toSorted(), ["ab", "x:b", "x:c"]);
    await s.clear();
    assertEquals(await s.getKeys(), []);
  });
  test("a time to live in seconds", async (s, time) => {
    await s.setItem("a", 1, { ttl: 2 });
    assertEquals((await s.getMeta("a", { nativeOnly: true }))["expiresAt"], 3_000);
    time.move(1_999);
    assertEquals(await s.getItem("a"), 1);
    time.move(1);
    assertEquals(await s.getItem("a"), null);
  });
}

Deno.test("itemStorage() gives text, and null for anything else", async () => {
  const place = PLACES[0]!.make();
  const db = await place.open(schema);
  const c = cache(db, "items");
  const storage = itemStorage(c);
  await storage.setItem("a", "");
  assertEquals(await storage.getItem("a"), "");
  await c.set("b", 1);
  assertEquals(await storage.getItem("b"), null);
  await storage.removeItem("a");
  assertEquals(await storage.getItem("a"), null);
  await db.close();
});
