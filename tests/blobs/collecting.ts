import { assert, assertEquals } from "@std/assert";
import { type Database, query } from "../../mod.ts";
import { coreTables } from "../../db/core_tables.ts";
import { bodies, type BodyRow, chunks, parts, reads, TABLES } from "../../db/blobs/tables.ts";
import { failure } from "../conformance/suite.ts";
import { assertNoLitter, inspect } from "./inspect.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, streamOf } from "./subject.ts";

/** How an upload that a process left behind looks: its row, a part and a chunk. */
async function leave(db: Database, lease: number): Promise<void> {
  const tables = await coreTables(db, TABLES);
  const [any] = await tables.all(query(bodies).limit(1));
  if (!any) throw new Error("There is no body");
  const row: BodyRow = {
    ...{ ...any, id: "left", hash: null, refs: 0, owner: "another", lease, place: "rows" },
    ...{ data: null, wanted: null, pins: null },
  };
  await tables.insert(bodies, row);
  await tables.insert(chunks, { hash: "left", data: bytesOf(100) });
  await tables.insert(parts, { body: "left", n: 0, chunk: "left" });
}

export function collectingTests({ test, place }: BlobSuite): void {
  test("the same content is stored once, under any number of keys", async ({ files, db }) => {
    const bytes = bytesOf(20 * CHUNK);
    await files.put("a", bytes);
    const before = await inspect(db);
    await files.put("b", streamOf(cut(bytes, 777)));
    await files.put("a", bytes);
    const after = await inspect(db);
    assertEquals({ ...after, keys: 1 }, { ...before, keys: 1 });
    await files.delete("a");
    assertEquals(await files.gc(), { bytes: 0 });
    assertEquals(await (await files.get("b"))?.bytes(), bytes);
    await files.delete("b");
    assertEquals(await files.gc(), { bytes: bytes.length });
    assertEquals((await assertNoLitter(db)).bytes, 0);
  });

  test("content that begins alike shares its chunks", async ({ files, db }) => {
    const one = bytesOf(20 * CHUNK);
    const two = one.slice();
    two[15 * CHUNK] = 7;
    await files.put("a", one);
    const { bytes } = await inspect(db);
    await files.put("b", two);
    await files.put("zeros", new Uint8Array(30 * CHUNK));
    const after = await inspect(db);
    if (after.chunks > 0) assertEquals(after.bytes, bytes + 2 * CHUNK);
    await files.delete("a");
    await files.gc();
    assertEquals(await (await files.get("b"))?.bytes(), two);
    assertEquals(await (await files.get("zeros"))?.bytes(), new Uint8Array(30 * CHUNK));
    assertEquals(await files.verify(), []);
    await assertNoLitter(db);
  });

  test("gc() leaves an upload that is running alone, however long it takes", async ({ files, db, clock }) => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const bytes = bytesOf(12_000 * 1);
    const put = files.put("a", streamOf(cut(bytes, CHUNK), { at: 9, open: gate }));
    await new Promise((done) => setTimeout(done, 20));
    clock.now += 3_600_000;
    assertEquals(await files.gc(), { bytes: 0 });
    open();
    await put;
    assertEquals(await (await files.get("a"))?.bytes(), bytes);
    await files.gc();
    await assertNoLitter(db);
  });

  test("gc() takes no chunk that a running upload rests on", async ({ store, db }) => {
    if (place.most !== undefined) return; // shorter content is one batch
    const files = store("large", { chunkBytes: 65_536 });
    const bytes = bytesOf(5 << 20);
    await files.put("a", bytes);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: stored, resolve: tell } = Promise.withResolvers<void>();
    // A batch of it is there already, and goes while the rest is waited for.
    const pieces = [...cut(bytes, 1 << 20), bytesOf(4 << 20, 2), bytesOf(99, 3)];
    const put = files.put("b", streamOf(pieces, { at: pieces.length - 1, open: gate }), {
      onProgress: (size) => size >= 4 << 20 && tell(),
    });
    await stored;
    await files.delete("a");
    await files.gc();
    open();
    await put;
    assertEquals(await files.verify(), []);
    await files.gc();
    await assertNoLitter(db);
  }, { chunkBytes: 65_536 });

  test("gc() takes an upload whose process is gone when its lease is over", async ({ files, db, clock }) => {
    await files.put("a", bytesOf(5 * CHUNK));
    await leave(db, clock.now + 60_000);
    assertEquals(await files.gc(), { bytes: 0 });
    clock.now += 60_000;
    assertEquals(await files.gc(), { bytes: 100 });
    await assertNoLitter(db);
  });

  test("gc() waits for who reads in another process, and for no longer than that", async ({ files, db, clock }) => {
    const bytes = bytesOf(5 * CHUNK);
    await files.put("a", bytes);
    const tables = await coreTables(db, TABLES);
    const [body] = await tables.all(query(bodies));
    const until = clock.now + 1_000;
    await tables.insert(reads, { id: "r", body: body!.id, owner: "another", until });
    await files.delete("a");
    assertEquals(await files.gc(), { bytes: 0 });
    clock.now += 1_000;
    assertEquals(await files.gc(), { bytes: bytes.length });
    await assertNoLitter(db);
  });

  test("put() and gc() at once lose nothing", async ({ files, db }) => {
    const contents = [1, 2, 3, 4].map((seed) => bytesOf(6 * CHUNK, seed));
    let running = true;
    const collecting = (async () => {
      while (running) {
        await files.gc();
        await new Promise((done) => setTimeout(done, 0));
      }
    })();
    await Promise.all([1, 2, 3].map(async (lane) => {
      for (let i = 0; i < 12; i++) {
        const key = `${(lane * 7 + i) % 4}`;
        await files.put(key, streamOf(cut(contents[(lane + i) % 4]!, 2_000)));
        if (i % 3 === 0) await files.delete(key);
      }
    }));
    running = false;
    await collecting;
    assertEquals(await files.verify(), []);
    await files.gc();
    const found = await assertNoLitter(db);
    const { blobs } = await files.list();
    assertEquals(found.bodies, new Set(blobs.map(({ etag }) => etag)).size);
  });

  test("gc() gives back many bodies, and much of one", async ({ files, db }) => {
    for (let i = 0; i < 150; i++) await files.put(`${i}`, `small ${i}`);
    await files.put("large", bytesOf(50 * CHUNK));
    for (let i = 0; i < 150; i++) await files.delete(`${i}`);
    await files.delete("large");
    const small = Array.from({ length: 150 }, (_, i) => `small ${i}`.length);
    const sum = small.reduce((a, b) => a + b) + 50 * CHUNK;
    assertEquals(await files.gc(), { bytes: sum });
    assertEquals((await assertNoLitter(db)).bodies, 0);
  });

  test("verify() names what was damaged, and that alone", async ({ files, db }) => {
    await files.put("a", bytesOf(3 * CHUNK, 1));
    await files.put("b", bytesOf(3 * CHUNK, 2));
    await files.put("c", "small");
    await files.copy("b", "d");
    const tables = await coreTables(db, TABLES);
    const named = await tables.all(query(bodies).where({ size: 5 }));
    await tables.update(bodies, named[0]!.id, { data: new TextEncoder().encode("smalk") });
    const [chunk] = await tables.all(query(chunks).limit(1));
    assertEquals((await files.verify()).map(({ key }) => key), ["c"]);
    if (!chunk) return; // bodies are files, which have a test of their own
    const data = chunk.data.slice();
    data[500]! ^= 1;
    await tables.update(chunks, chunk.hash, { data });
    const problems = await files.verify();
    const keys = problems.map(({ key }) => key).join();
    assert(keys === "a,c" || keys === "b,c,d", keys);
    await tables.delete(chunks, chunk.hash);
    assertEquals((await files.verify()).map(({ key }) => key).join(), keys);
    const error = await failure(async () => await (await files.get(problems[0]!.key))!.bytes());
    assertEquals((error as { code?: string }).code, "corrupt");
  });
}
