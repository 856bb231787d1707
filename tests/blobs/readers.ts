import { assert, assertEquals } from "@std/assert";
import { failure } from "../conformance/suite.ts";
import { DataError } from "../../mod.ts";
import { assertNoLitter } from "./inspect.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, streamOf } from "./subject.ts";

/** Reads what is left of a stream. */
async function rest(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value);
  }
  return pieces;
}

export function readerTests({ test }: BlobSuite): void {
  test("a reader finishes the old content while it is replaced and collected", async ({ files, db }) => {
    const old = bytesOf(40 * CHUNK, 1);
    await files.put("a", old);
    const reader = (await files.get("a"))!.stream().getReader();
    const first = (await reader.read()).value!;
    await files.put("a", bytesOf(40 * CHUNK, 2));
    assertEquals(await files.gc(), { bytes: 0 });
    await files.delete("a");
    await files.gc();
    const all = await new Blob([first, ...await rest(reader)] as BlobPart[]).bytes();
    assertEquals(all, old);
    assertEquals((await files.gc()).bytes, old.length);
    await assertNoLitter(db);
  });

  test("a blob that was got before it was replaced can be read", async ({ files, db }) => {
    const old = bytesOf(5 * CHUNK, 1);
    await files.put("a", old);
    const blob = (await files.get("a"))!;
    await files.put("a", bytesOf(5 * CHUNK, 2));
    await files.gc();
    assertEquals(await blob.slice(100, 4_000).bytes(), old.slice(100, 4_000));
    assertEquals((await files.gc()).bytes, old.length);
    await assertNoLitter(db);
    // Nobody had said that it was to be kept once more.
    const error = await failure(() => blob.bytes());
    assert(error instanceof DataError, String(error));
  });

  test("a stream that is cancelled lets its content go", async ({ files, db }) => {
    for (const pulled of [false, true]) {
      await files.put("a", bytesOf(40 * CHUNK));
      const reader = (await files.get("a"))!.stream().getReader();
      if (pulled) await reader.read();
      await files.delete("a");
      assertEquals(await files.gc(), { bytes: 0 });
      await reader.cancel();
      assertEquals(await files.gc(), { bytes: 40 * CHUNK });
      await assertNoLitter(db);
    }
  });

  test("readers see the old content or the new one, never a mix", async ({ files, db }) => {
    const contents = [1, 2, 3].map((seed) => bytesOf(20 * CHUNK, seed));
    const texts = new Set(contents.map((bytes) => bytes.join()));
    await files.put("a", contents[0]!);
    let reads = 0;
    let writing = true;
    const readers = Array.from({ length: 4 }, async () => {
      while (writing) {
        const bytes = await (await files.get("a"))!.bytes();
        assert(texts.has(bytes.join()), "a mix");
        reads++;
        await new Promise((done) => setTimeout(done, 0));
      }
    });
    for (let i = 1; i < 20; i++) {
      await files.put("a", streamOf(cut(contents[i % 3]!, 3_000)));
      if (i % 4 === 0) await files.gc();
      await new Promise((done) => setTimeout(done, 1));
    }
    writing = false;
    await Promise.all(readers);
    assert(reads > 10, `${reads} reads`);
    await files.gc();
    await assertNoLitter(db);
  });

  test("the old content is there until all of the new one is", async ({ files }) => {
    await files.put("a", "old");
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const bytes = bytesOf(9 * CHUNK);
    const put = files.put("a", streamOf(cut(bytes, CHUNK), { at: 7, open: gate }));
    await new Promise((done) => setTimeout(done, 20));
    assertEquals(await (await files.get("a"))?.text(), "old");
    assertEquals((await files.list()).blobs.map(({ size }) => size), [3]);
    open();
    await put;
    assertEquals(await (await files.get("a"))?.bytes(), bytes);
  });

  test("what is given out is the reader's own", async ({ files }) => {
    for (const length of [100, 3 * CHUNK]) {
      const bytes = bytesOf(length);
      const given = bytes.slice();
      const put = files.put("a", given);
      await put;
      given.fill(0);
      const blob = (await files.get("a"))!;
      for await (const piece of blob.stream()) piece.fill(1);
      (await blob.bytes()).fill(2);
      assertEquals(await blob.bytes(), bytes);
      assertEquals(await files.verify(), []);
    }
  });

  test("a stream reads no further than it is asked", async ({ files }) => {
    await files.put("a", bytesOf(64 * CHUNK));
    const reader = (await files.get("a"))!.stream().getReader();
    const { value } = await reader.read();
    assert(value!.length <= 64 * CHUNK);
    await reader.cancel();
    assertEquals((await reader.read()).done, true);
  });
}
