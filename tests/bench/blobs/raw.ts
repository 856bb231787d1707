/**
 * The same by hand on node:sqlite: chunks by number, 8 in a transaction, hashed on their way.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { BlobContestant } from "./contestant.ts";

const CHUNK = 256 << 10;
const BATCH = 8;

export const raw: BlobContestant = {
  name: "raw",
  open(path) {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    db.exec("PRAGMA cache_size = -8000");
    db.exec("CREATE TABLE chunks (key TEXT, n INTEGER, data BLOB, PRIMARY KEY (key, n)) STRICT");
    const insert = db.prepare("INSERT INTO chunks VALUES (?, ?, ?)");
    const get = db.prepare("SELECT data FROM chunks WHERE key = ? AND n = ?");
    const count = db.prepare("SELECT max(n) AS last FROM chunks WHERE key = ?");
    const drop = db.prepare("DELETE FROM chunks WHERE key = ?");
    const chunk = (key: string, n: number) => get.get(key, n)?.data as Uint8Array; // as it was put
    return Promise.resolve({
      async put(key, content) {
        const hash = createHash("sha256");
        let batch: Uint8Array[] = [];
        let [n, at] = [0, 0];
        let current = new Uint8Array(CHUNK);
        const flush = () => {
          db.exec("BEGIN IMMEDIATE");
          for (const data of batch) insert.run(key, n++, data);
          db.exec("COMMIT");
          batch = [];
        };
        for await (const piece of content) {
          hash.update(piece);
          current.set(piece, at);
          at += piece.length;
          if (at < CHUNK) continue;
          batch.push(current);
          [current, at] = [new Uint8Array(CHUNK), 0];
          if (batch.length === BATCH) flush();
        }
        if (at > 0) batch.push(current.subarray(0, at));
        if (batch.length > 0) flush();
        return hash.digest("hex");
      },
      async read(key) {
        const { last } = count.get(key) as { last: number }; // of a key that is there
        let n = 0;
        const stream = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (n > last) controller.close();
            else controller.enqueue(chunk(key, n++));
          },
        }, { highWaterMark: 0 });
        let bytes = 0;
        for await (const piece of stream) bytes += piece.length;
        return bytes;
      },
      range(key, start, end) {
        const bytes = new Uint8Array(end - start);
        for (let at = start; at < end;) {
          const n = Math.floor(at / CHUNK);
          const part = chunk(key, n).subarray(at - n * CHUNK, end - n * CHUNK);
          bytes.set(part, at - start);
          at += part.length;
        }
        return Promise.resolve(bytes);
      },
      remove: (key) => Promise.resolve(void drop.run(key)),
      close: () => Promise.resolve(db.close()),
    });
  },
};
