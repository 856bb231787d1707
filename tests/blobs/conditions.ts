import { assert, assertEquals } from "@std/assert";
import { assertDataError, assertFails, failure } from "../conformance/suite.ts";
import { assertNoLitter } from "./inspect.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, streamOf } from "./subject.ts";

export function conditionTests({ test }: BlobSuite): void {
  test("put() with ifMatch and ifNoneMatch puts only where they hold", async ({ files, db }) => {
    const large = bytesOf(4 * CHUNK);
    await assertDataError(() => files.put("a", "1", { ifMatch: "x" }), { code: "conflict" });
    const { etag } = await files.put("a", "1", { ifNoneMatch: "*" });
    for (const body of ["2", streamOf(cut(large, 500))]) {
      await assertDataError(() => files.put("a", body, { ifNoneMatch: "*" }), { code: "conflict" });
    }
    await assertDataError(() => files.put("a", "2", { ifNoneMatch: etag }), { code: "conflict" });
    await assertDataError(() => files.put("a", "2", { ifMatch: `"${etag}"` }), {
      code: "conflict",
    });
    assertEquals(await (await files.get("a"))?.text(), "1");
    const next = await files.put("a", large, { ifMatch: etag });
    await files.put("a", "3", { ifMatch: next.etag, ifNoneMatch: etag });
    assertEquals(await (await files.get("a"))?.text(), "3");
    await files.gc();
    await assertNoLitter(db);
  });

  test("of two uploads that ask for the same content one wins", async ({ files, db }) => {
    const { etag } = await files.put("a", "old");
    const puts = [1, 2, 3, 4].map((seed) =>
      files.put("a", streamOf(cut(bytesOf(4 * CHUNK, seed), 900)), { ifMatch: etag })
    );
    const ended = await Promise.allSettled(puts);
    assertEquals(ended.filter(({ status }) => status === "fulfilled").length, 1);
    for (const each of ended) {
      if (each.status === "rejected") assertEquals(each.reason.code, "conflict");
    }
    await files.gc();
    await assertNoLitter(db);
  });

  test("maxBlobBytes ends a stream that is longer, at once", async ({ store, db }) => {
    const small = store("small", { maxBlobBytes: 3 * CHUNK });
    await small.put("a", bytesOf(3 * CHUNK));
    let read = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytesOf(CHUNK, ++read));
      },
    }, { highWaterMark: 0 });
    await assertDataError(() => small.put("a", endless), { code: "full" });
    assert(read < 10, `${read} chunks were read`);
    for (const body of [bytesOf(3 * CHUNK + 1), new Blob([bytesOf(3 * CHUNK + 1)])]) {
      await assertDataError(() => small.put("a", body), { code: "full" });
    }
    assertEquals(await (await small.get("a"))?.bytes(), bytesOf(3 * CHUNK));
    await small.gc();
    assertEquals((await assertNoLitter(db)).keys, 1);
  });

  test("maxBytes counts all keys, and what is replaced no more", async ({ store, db }) => {
    const all = store("all", { maxBytes: 10 * CHUNK });
    await all.put("a", bytesOf(6 * CHUNK, 1));
    await assertDataError(() => all.put("b", bytesOf(5 * CHUNK, 2)), { code: "full" });
    const stream = streamOf(cut(bytesOf(5 * CHUNK, 2), 300));
    await assertDataError(() => all.put("b", stream), { code: "full" });
    await assertDataError(() => all.copy("a", "b"), { code: "full" });
    await all.put("a", bytesOf(10 * CHUNK, 3));
    await all.delete("a");
    await all.put("b", bytesOf(10 * CHUNK, 4));
    await all.copy("b", "b");
    await all.gc();
    assertEquals((await assertNoLitter(db)).keys, 1);
    // Uploads that run at once can't pass the limit together.
    const both = ["c", "d"].map((key) => all.put(key, bytesOf(6 * CHUNK, 5)));
    await Promise.allSettled([...both, all.delete("b")]);
    const { blobs } = await all.list();
    assert(blobs.reduce((sum, { size }) => sum + size, 0) <= 10 * CHUNK);
  });

  test("options out of their range are refused", async ({ store }) => {
    for (const value of [-1, 1.5, NaN]) {
      await assertFails(() => store("x", { maxBytes: value }), RangeError, "maxBytes");
      await assertFails(() => store("x", { maxBlobBytes: value }), RangeError, "maxBlobBytes");
    }
    for (const value of [0, 1_023, 2 ** 24 + 1, 1_024.5]) {
      await assertFails(() => store("x", { chunkBytes: value }), RangeError, "chunkBytes");
    }
    for (const name of ["\0", "\uD800", "x".repeat(1_025)]) {
      await assertFails(() => store(name), RangeError, "Cannot name a store");
    }
  });

  test("put() ends when its signal aborts, at any piece", async ({ files, db }) => {
    await files.put("a", "old");
    const pieces = cut(bytesOf(8 * CHUNK), 600);
    for (let at = 0; at <= pieces.length; at++) {
      const control = new AbortController();
      let cancelled: unknown;
      let i = 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          if (i === at) control.abort(new Error(`at ${at}`));
          await Promise.resolve();
          const piece = pieces[i++];
          if (piece) controller.enqueue(piece);
          else controller.close();
        },
        cancel: (reason) => void (cancelled = reason),
      }, { highWaterMark: 0 });
      const error = await failure(() => files.put("a", stream, { signal: control.signal }));
      assertEquals((error as Error).message, `at ${at}`);
      if (at < pieces.length) assertEquals((cancelled as Error).message, `at ${at}`);
      await files.gc();
      assertEquals((await assertNoLitter(db)).keys, 1);
    }
    await assertFails(() => files.put("a", "x", { signal: AbortSignal.abort() }), DOMException);
    assertEquals(await (await files.get("a"))?.text(), "old");
  });

  test("put() ends when its signal aborts while its source is silent", async ({ files, db }) => {
    const control = new AbortController();
    const never = new Promise<never>(() => {});
    const stream = streamOf(cut(bytesOf(9 * CHUNK), CHUNK), { at: 5, open: never });
    const put = files.put("a", stream, { signal: control.signal });
    setTimeout(() => control.abort(new Error("enough")), 10);
    await assertFails(() => put, Error, "enough");
    await files.gc();
    assertEquals((await assertNoLitter(db)).keys, 0);
  });

  test("a source that fails ends put() with its error", async ({ files, db }) => {
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(bytesOf(3 * CHUNK));
        controller.error(new Error("the line is dead"));
      },
    });
    await assertFails(() => files.put("a", stream), Error, "the line is dead");
    assertEquals(await files.head("a"), undefined);
    await files.gc();
    assertEquals((await assertNoLitter(db)).bodies, 0);
  });

  test("onProgress hears of what is stored, up to the end", async ({ files }) => {
    for (const length of [10, 5 * CHUNK + 7]) {
      const heard: number[] = [];
      const onProgress = (bytes: number) => void heard.push(bytes);
      await files.put("a", streamOf(cut(bytesOf(length), 800)), { onProgress });
      assertEquals(heard.at(-1), length);
      assertEquals(heard, heard.toSorted((a, b) => a - b));
    }
  });

  test("a database that is closed says so", async ({ files, db }) => {
    await files.put("a", bytesOf(3 * CHUNK));
    const blob = await files.get("a");
    await db.close();
    for (
      const run of [
        () => files.put("b", "x"),
        () => files.get("a"),
        () => files.gc(),
        () => blob?.bytes(),
      ]
    ) await assertDataError(run, { code: "closed" });
  });
}
