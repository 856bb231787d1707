import { assertEquals } from "@std/assert";
import { type Database, query } from "../../mod.ts";
import { coreTables } from "../../db/core_tables.ts";
import { blobKeys, bodies, chunks, parts, reads, spaces, TABLES } from "../../db/blobs/tables.ts";

/** What is stored, by numbers. */
export interface Inventory {
  readonly keys: number;
  readonly bodies: number;
  readonly parts: number;
  readonly chunks: number;
  /** Of chunks and of what stands in bodies. */
  readonly bytes: number;
}

/** Reads all that is stored and checks that references, parts and sums say what is there. */
export async function inspect(db: Database): Promise<Inventory> {
  const tables = await coreTables(db, TABLES);
  const all = {
    keys: await tables.all(query(blobKeys)),
    bodies: await tables.all(query(bodies)),
    parts: await tables.all(query(parts)),
    chunks: await tables.all(query(chunks)),
    spaces: await tables.all(query(spaces)),
  };
  const byId = new Map(all.bodies.map((body) => [body.id, body]));
  const refs = new Map(all.bodies.map(({ id }) => [id, 0]));
  for (const { body, etag, size, key } of all.keys) {
    const found = byId.get(body);
    assertEquals([found?.hash, found?.size], [etag, size], `the body of ${JSON.stringify(key)}`);
    refs.set(body, (refs.get(body) ?? 0) + 1);
  }
  for (const { id, refs: counted } of all.bodies) assertEquals(counted, refs.get(id), "references");
  for (const { id, bytes, blobs } of all.spaces) {
    const own = all.keys.filter(({ space }) => space === id);
    const sum = own.reduce((sum, { size }) => sum + size, 0);
    assertEquals({ bytes, blobs }, { bytes: sum, blobs: own.length }, "sums");
  }
  const named = new Set(all.parts.map(({ chunk }) => chunk));
  assertEquals(new Set(all.chunks.map(({ hash }) => hash)), named, "chunks without a part");
  for (const { id, place, size, chunkBytes, refs } of all.bodies) {
    if (place !== "rows" || refs === 0) continue;
    const own = all.parts.filter(({ body }) => body === id).map(({ n }) => n);
    const wanted = Array.from({ length: Math.ceil(size / chunkBytes) }, (_, n) => n);
    assertEquals(own.sort((a, b) => a - b), wanted, "parts");
  }
  return {
    keys: all.keys.length,
    bodies: all.bodies.length,
    parts: all.parts.length,
    chunks: all.chunks.length,
    bytes: all.chunks.reduce((sum, { data }) => sum + data.length, 0) +
      all.bodies.reduce((sum, { data }) => sum + (data?.length ?? 0), 0),
  };
}

/** Checks that nothing is stored that no key has. */
export async function assertNoLitter(db: Database): Promise<Inventory> {
  const found = await inspect(db);
  const tables = await coreTables(db, TABLES);
  assertEquals(await tables.count(query(bodies).where({ refs: 0 })), 0, "bodies without a key");
  assertEquals(await tables.count(query(reads)), 0, "streams");
  const ids = new Set((await tables.all(query(bodies))).map(({ id }) => id));
  const stray = (await tables.all(query(parts))).filter(({ body }) => !ids.has(body));
  assertEquals(stray, [], "parts without a body");
  return found;
}
