import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../mod.ts";
import { blobs } from "../../../db/blobs/mod.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import type { BlobContestant } from "./contestant.ts";

/** Ours, with chunks of so many bytes. */
export function strata(name: string, chunkBytes?: number): BlobContestant {
  return {
    name,
    async open(path) {
      const client = new DatabaseSync(path);
      client.exec("PRAGMA page_size = 16384; PRAGMA cache_size = -8000"); // as raw has it
      const db = await openDatabase({ tables: [] }, sqliteDriver(client));
      const store = blobs(db, "bench", chunkBytes === undefined ? {} : { chunkBytes });
      const get = async (key: string) => {
        const blob = await store.get(key);
        if (!blob) throw new Error(`There is no ${key}`);
        return blob;
      };
      return {
        put: async (key, content) => (await store.put(key, content)).etag,
        async read(key) {
          let bytes = 0;
          for await (const piece of (await get(key)).stream()) bytes += piece.length;
          return bytes;
        },
        range: async (key, start, end) => await (await get(key)).slice(start, end).bytes(),
        async remove(key) {
          await store.delete(key);
          await store.gc();
        },
        async close() {
          await db.close();
          client.close();
        },
      };
    },
  };
}
