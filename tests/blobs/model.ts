import { assert, assertEquals } from "@std/assert";
import { DataError } from "../../mod.ts";
import { seedOf } from "../model/runs.ts";
import { assertNoLitter, inspect } from "./inspect.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, sha256, streamOf } from "./subject.ts";

const KEYS = ["a", "b", "a/1", "a/2", "__proto__", "", "é", "\u{1F600}"];
const MAX = 40 * CHUNK;

interface Kept {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly etag: string;
}

/** Random numbers that are the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function modelTests({ test, place }: BlobSuite): void {
  const { verbs = 1_000 } = place;
  test(`${verbs} random verbs do what a Map does`, async ({ files: _, store, db, clock }) => {
    const files = store("model", { maxBytes: MAX, maxBlobBytes: 9 * CHUNK });
    const seed = seedOf("blobs");
    const below = randomOf(seed);
    const model = new Map<string, Kept>();
    const used = () => [...model.values()].reduce((sum, { bytes }) => sum + bytes.length, 0);
    const key = () => KEYS[below(KEYS.length)]!;
    // Few contents, some of which begin alike, so that the same one comes again.
    const content = () => {
      const bytes = bytesOf(
        [0, 5, CHUNK, CHUNK + 1, 3 * CHUNK, 8 * CHUNK + 9, 10 * CHUNK][below(7)]!,
      );
      if (below(3) === 0 && bytes.length > 2) bytes[bytes.length - 1]! ^= 1 + below(3);
      return bytes;
    };
    for (let i = 0; i < verbs; i++) {
      const about = `verb ${i}, STRATA_SEED=${seed}`;
      clock.now += below(3);
      const at = key();
      const found = model.get(at);
      switch (below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const bytes = content();
          const etag = await sha256(bytes);
          const type = below(2) === 0 ? "" : "a/b";
          const condition = below(6);
          const options = {
            type,
            ...(condition === 0 && { ifNoneMatch: "*" }),
            ...(condition === 1 && { ifMatch: found?.etag ?? etag }),
            ...(condition === 2 && { ifNoneMatch: etag }),
          };
          const conflict = condition === 0 && found || condition === 1 && !found ||
            condition === 2 && found?.etag === etag;
          const full = bytes.length > 9 * CHUNK ||
            used() - (found?.bytes.length ?? 0) + bytes.length > MAX;
          const body = below(2) === 0 ? bytes : streamOf(cut(bytes, 1 + below(3_000)));
          const code = await files.put(at, body, options).then(
            (head) => (assertEquals([head.etag, head.size], [etag, bytes.length], about), "done"),
            (error) => error instanceof DataError ? error.code : String(error),
          );
          assertEquals(code, conflict ? "conflict" : full ? "full" : "done", about);
          if (code === "done") model.set(at, { bytes, type, etag });
          break;
        }
        case 4:
          assertEquals(await files.delete(at), model.delete(at), about);
          break;
        case 5: {
          const to = key();
          const more = (found?.bytes.length ?? 0) - (model.get(to)?.bytes.length ?? 0);
          const code = await files.copy(at, to).then(() => "done", (error) => error.code);
          const wanted = !found ? "conflict" : more > 0 && used() + more > MAX ? "full" : "done";
          assertEquals(code, wanted, about);
          if (code === "done" && found) model.set(to, found);
          break;
        }
        case 6: {
          const blob = await files.get(at);
          assertEquals(await blob?.bytes(), found?.bytes, about);
          assertEquals(blob?.type, found?.type, about);
          break;
        }
        case 7: {
          const start = below(9 * CHUNK);
          const end = start + below(2 * CHUNK);
          const blob = await files.get(at, { range: { start, end } });
          assertEquals(await blob?.bytes(), found?.bytes.slice(start, end), about);
          break;
        }
        case 8: {
          const { blobs } = await files.list({ prefix: ["", "a", "a/"][below(3)]! });
          for (const { key, etag } of blobs) assertEquals(model.get(key)?.etag, etag, about);
          break;
        }
        default:
          await files.gc();
          assertEquals((await assertNoLitter(db)).keys, model.size, about);
      }
      if (i % 20 === 0) await inspect(db);
    }
    assertEquals(await files.verify(), []);
    const { blobs } = await files.list();
    assertEquals(new Set(blobs.map(({ key }) => key)), new Set(model.keys()));
    for (const [key, { bytes }] of model) {
      assertEquals(await (await files.get(key))?.bytes(), bytes);
    }
    await files.gc();
    await assertNoLitter(db);
    for (const key of model.keys()) await files.delete(key);
    await files.gc();
    assert((await assertNoLitter(db)).bytes === 0);
  });
}
