import type { Database } from "../types.ts";
import { commit, read, rowAt } from "./asking.ts";
import { collectAll } from "./gc.ts";
import { headOf, openHandle, rangeOf } from "./handle.ts";
import { copyKeyWork, deleteKeyWork } from "./key_works.ts";
import { listBlobs } from "./listing.ts";
import { opener } from "./open_store.ts";
import { put, puttingOf } from "./putting.ts";
import { checkKey, damaged } from "./rules.ts";
import { blobKeys, bodies } from "./tables.ts";
import type { Blobs, BlobsOptions } from "./types.ts";
import { uploadOf } from "./upload_request.ts";
import { verifyAll } from "./verifying.ts";

/** How often what a key has is looked up, when it is replaced and collected meanwhile. */
const TRIES = 5;

/**
 * A store of content by key in a database, on any driver. Stores are told apart by their names; the tables behind
 * them are made when they are first used, and nobody else sees them.
 *
 * Equal content is stored once. A blob is there when its `put` has resolved, so write the blob first and
 * then the row that names it.
 *
 * @throws {TypeError} When `db` is no open database of this copy of the library, or an option has the wrong type.
 * @throws {RangeError} When the name or a number is out of its range.
 * @throws {DataError} With code `"unsupported"` for `bodies` where there are no files.
 *
 * @example Keep files in a database
 * ```ts
 * import { openDatabase } from "@strata/data";
 * import { blobs } from "@strata/data/blobs";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * await using db = await openDatabase({ tables: [] }, memoryDriver());
 * const avatars = blobs(db, "avatars", { maxBlobBytes: 5_000_000 });
 * await avatars.put("ada", new Blob(["not really a picture"], { type: "image/png" }));
 * const avatar = await avatars.get("ada");
 * assertEquals(avatar?.type, "image/png");
 * assertEquals(await avatar?.slice(0, 3).text(), "not");
 * ```
 */
export function blobs(db: Database, name: string, options: BlobsOptions = {}): Blobs {
  const open = opener(db, name, options);
  return {
    async put(key, body, options = {}) {
      const putting = puttingOf(key, body, options);
      return await put(await open(), putting);
    },
    async head(key) {
      checkKey("blob", key);
      const { tables, id } = await open();
      const row = await read(tables, () => rowAt(blobKeys, id, key));
      return row && headOf(row);
    },
    async get(key, { range } = {}) {
      checkKey("blob", key);
      rangeOf(range, 0); // wrong ones are wrong whether the key is there or not
      const store = await open();
      for (let tries = 0; tries < TRIES; tries++) {
        const found = await read(store.tables, function* () {
          const row = yield* rowAt(blobKeys, store.id, key);
          return row && { row, body: yield* rowAt(bodies, row.body) };
        });
        if (!found) return undefined;
        if (found.body) return openHandle(store, found.row, found.body, range);
      }
      throw damaged("its key has none");
    },
    async list(options = {}) {
      return await listBlobs(await open(), options);
    },
    async copy(from, to) {
      checkKey("blob", from);
      checkKey("blob", to);
      const store = await open();
      return headOf(
        await commit(store.tables, () => copyKeyWork(store, from, to, store.now())),
      );
    },
    async delete(key) {
      checkKey("blob", key);
      const store = await open();
      return await commit(store.tables, () => deleteKeyWork(store, key));
    },
    async verify() {
      return await verifyAll(await open());
    },
    async gc() {
      return { bytes: await collectAll(await open()) };
    },
    async upload(request, options) {
      const putting = uploadOf(request, options);
      return await put(await open(), putting);
    },
  };
}
