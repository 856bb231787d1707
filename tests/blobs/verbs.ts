import { assertEquals } from "@std/assert";
import { DataError } from "../../mod.ts";
import { assertFails, bad } from "../conformance/suite.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, sha256, streamOf } from "./subject.ts";

export function verbTests({ test }: BlobSuite): void {
  for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 7 * CHUNK + 13]) {
    test(`put() and get() keep ${length} bytes from every kind of body`, async ({ files }) => {
      const bytes = bytesOf(length);
      const etag = await sha256(bytes);
      const bodies = {
        bytes,
        blob: new Blob([bytes]),
        stream: streamOf(cut(bytes, 700)),
        large: streamOf([bytes]),
        view: new Uint8Array([9, ...bytes, 9]).subarray(1, length + 1),
      };
      for (const [key, body] of Object.entries(bodies)) {
        const head = await files.put(key, body);
        assertEquals([head.key, head.size, head.etag, head.type], [key, length, etag, ""]);
        const blob = await files.get(key);
        assertEquals(await blob?.bytes(), bytes);
        assertEquals(await new Response(blob?.stream()).bytes(), bytes);
        assertEquals(await files.head(key), head);
      }
    });
  }

  test("put() takes text as UTF-8", async ({ files }) => {
    const text = "Grüße, \u{1F600}".repeat(300);
    await files.put("text", text);
    assertEquals(await (await files.get("text"))?.text(), text);
  });

  test("put() keeps type, metadata and time, and gives copies of them", async ({ files, clock }) => {
    const metadata = { name: "a b.png", __proto__x: "1", "": "\u{1F600}" };
    const head = await files.put("a", new Blob(["x"], { type: "image/png" }), { metadata });
    assertEquals(head, {
      ...{ key: "a", size: 1, type: "image/png", metadata, createdAt: clock.now },
      etag: "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    });
    Object.assign(head.metadata, { name: "changed" });
    assertEquals((await files.head("a"))?.metadata, metadata);
    clock.now++;
    const again = await files.put("a", "y", { type: "text/plain; charset=utf-8" });
    assertEquals([again.createdAt, again.type], [clock.now, "text/plain; charset=utf-8"]);
    const blob = await (await files.get("a"))?.blob();
    assertEquals([blob?.type, await blob?.text()], ["text/plain; charset=utf-8", "y"]);
  });

  test("slice() counts as Blob.slice does, of slices too", async ({ files }) => {
    const bytes = bytesOf(3 * CHUNK + 100);
    await files.put("a", bytes);
    const blob = await files.get("a");
    const reference = new Blob([bytes]);
    const ends = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, 3 * CHUNK + 100, 9e9];
    for (const start of ends) {
      for (const end of [...ends, -1, -CHUNK, undefined]) {
        const part = blob?.slice(start, end);
        const wanted = reference.slice(start, end);
        assertEquals(part?.size, wanted.size);
        assertEquals(await part?.bytes(), await wanted.bytes(), `${start} to ${end}`);
      }
    }
    const inner = blob?.slice(100, 2_000).slice(-1_000).slice(10, 20);
    assertEquals(await inner?.bytes(), bytes.slice(1_010, 1_020));
  });

  test("get() gives a range, cut at the end, and refuses what is none", async ({ files }) => {
    const bytes = bytesOf(2 * CHUNK);
    await files.put("a", bytes);
    const range = async (start: number, end?: number) => {
      const blob = await files.get("a", { range: { start, ...(end !== undefined && { end }) } });
      return [blob?.size, await blob?.bytes()];
    };
    assertEquals(await range(1_000, 1_100), [100, bytes.slice(1_000, 1_100)]);
    assertEquals(await range(2_000), [48, bytes.slice(2_000)]);
    assertEquals(await range(2_000, 9_000), [48, bytes.slice(2_000)]);
    assertEquals(await range(5_000), [0, new Uint8Array()]);
    for (const range of [{ start: -1 }, { start: 0.5 }, { start: 5, end: 4 }, { start: NaN }]) {
      await assertFails(() => files.get("a", { range }), RangeError);
    }
  });

  test("what a key has not is undefined or false", async ({ files }) => {
    assertEquals(await files.get("a"), undefined);
    assertEquals(await files.head("a"), undefined);
    assertEquals(await files.delete("a"), false);
    assertEquals(await files.list(), { blobs: [] });
    assertEquals(await files.verify(), []);
    assertEquals(await files.gc(), { bytes: 0 });
    const error = await files.copy("a", "b").catch((error) => error);
    assertEquals(error instanceof DataError && error.code, "conflict");
  });

  test("list() gives pages in the order of code points, by prefix too", async ({ files }) => {
    const keys = ["", "a", "a/", "a/1", "a/2", "a%", "a_", "b", "\uFF5E", "\u{1F600}", "Z"];
    for (const key of keys.toReversed()) await files.put(key, key);
    const order = ["", "Z", "a", "a%", "a/", "a/1", "a/2", "a_", "b", "\uFF5E", "\u{1F600}"];
    const all = await files.list();
    assertEquals(all.blobs.map(({ key }) => key), order);
    assertEquals(all.cursor, undefined);
    for (const prefix of ["", "a", "a/", "a%", "a_", "x", "\u{1F600}"]) {
      for (const limit of [1, 2, 3, 11]) {
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await files.list({ prefix, limit, ...(cursor && { cursor }) });
          assertEquals(page.blobs.length <= limit, true);
          found.push(...page.blobs.map(({ key }) => key));
          cursor = page.cursor;
        } while (cursor !== undefined);
        assertEquals(found, order.filter((key) => key.startsWith(prefix)), `${prefix} ${limit}`);
      }
    }
    for (const limit of [0, -1, 1.5, NaN, 1_001]) {
      await assertFails(() => files.list({ limit }), RangeError, "limit");
    }
    for (const cursor of ["", "?", "x", "bGk"]) {
      await assertFails(() => files.list({ cursor }), SyntaxError);
    }
  });

  test("copy() gives a key the same content, and each goes its own way", async ({ files, clock }) => {
    const bytes = bytesOf(3 * CHUNK);
    const head = await files.put("a", bytes, { type: "a/b", metadata: { x: "1" } });
    clock.now += 5;
    assertEquals(await files.copy("a", "b"), { ...head, key: "b", createdAt: clock.now });
    await files.copy("b", "b");
    await files.put("a", "other");
    assertEquals(await (await files.get("b"))?.bytes(), bytes);
    await files.copy("a", "b");
    assertEquals(await (await files.get("b"))?.text(), "other");
    assertEquals(await files.delete("a"), true);
    assertEquals(await (await files.get("b"))?.text(), "other");
  });

  test("stores of one database know nothing of each other", async ({ store }) => {
    const names = ["", "a", "A", "__proto__", "constructor", "a/b", "\u{1F600}", "x".repeat(1_024)];
    for (const name of names) await store(name).put("k", name);
    for (const name of names) {
      const { blobs } = await store(name).list();
      assertEquals(blobs.map(({ key, size }) => [key, size]), [
        ["k", new TextEncoder().encode(name).length],
      ]);
      assertEquals(await (await store(name).get("k"))?.text(), name);
      await store(name).gc();
    }
    await store("a").delete("k");
    await store("a").gc();
    assertEquals(await (await store("A").get("k"))?.text(), "A");
  });

  test("arguments of the wrong kind are refused, and nothing is stored", async ({ files }) => {
    for (const body of [undefined, null, 1, {}, [1], new ArrayBuffer(1), new Uint16Array(1)]) {
      await assertFails(() => files.put("a", bad(body)), TypeError, "Cannot put a body");
    }
    for (const key of [undefined, null, 1, {}]) {
      await assertFails(() => files.put(bad(key), ""), TypeError);
      await assertFails(() => files.get(bad(key)), TypeError);
    }
    const locked = streamOf([]);
    locked.getReader();
    await assertFails(() => files.put("a", locked), TypeError, "locked");
    await assertFails(() => files.put("a", streamOf([bad("text")])), TypeError, "Uint8Array");
    await assertFails(() => files.put("a", "", { type: bad(1) }), TypeError, "type");
    await assertFails(() => files.put("a", "", { type: "a\r\nb: c" }), RangeError, "type");
    await assertFails(() => files.put("a", "", { metadata: bad(1) }), TypeError);
    await assertFails(() => files.put("a", "", { metadata: { a: bad(1) } }), TypeError);
    await assertFails(() => files.put("a", "", { metadata: { a: "\uD800" } }), RangeError);
    assertEquals(await files.list(), { blobs: [] });
  });

  test("keys are data: hostile ones are kept or refused", async ({ files }) => {
    const kept = [
      ...["", " ", "a", "A", "%", "_", "..", "../../etc/passwd", "/", "//", "a/b/c", "C:\\x", "."],
      ...["__proto__", "constructor", "toString", "a'b", 'a"b', "a]b", "a;b", "\n", "\x7f", "é"],
      ...["e\u0301", "\u{1F600}", "\uFFFF", "x".repeat(1_024), "é".repeat(512)],
    ];
    for (const key of kept) await files.put(key, `of ${key}`);
    for (const key of kept) assertEquals(await (await files.get(key))?.text(), `of ${key}`);
    assertEquals((await files.list()).blobs.length, kept.length);
    for (const key of kept) assertEquals(await files.delete(key), true);
    const refused = ["\0", "a\0b", "\uD800", "\uDC00a", "x".repeat(1_025), "é".repeat(513)];
    for (const key of refused) {
      for (
        const run of [
          () => files.put(key, ""),
          () => files.get(key),
          () => files.head(key),
          () => files.delete(key),
          () => files.copy(key, "a"),
          () => files.copy("a", key),
          () => files.list({ prefix: key }),
        ]
      ) await assertFails(run, RangeError, "Cannot name a blob");
    }
  });
}
