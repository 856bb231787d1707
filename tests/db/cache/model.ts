import { assertEquals } from "@std/assert";
import { cache } from "../../../db/cache/mod.ts";
import { seedOf } from "../../model/runs.ts";
import { type CacheSuite, clock, keysOf, schema } from "./suite.ts";

interface Entry {
  value: number;
  expires: number;
  dies: number;
  tags: string[];
}

/** A generator of numbers from 0 to below 1 with a seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Random verbs against a Map, with reopening. */
export function testCacheModel({ test }: CacheSuite, verbs: number): void {
  test(`does what a Map does after ${verbs} random verbs`, async (place) => {
    const random = randomOf(seedOf("cache"));
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const keys = ["", "a", "b", "B", "%", "a:1", "a:2", "__proto__", "\u{1F600}", "k".repeat(900)];
    const tags = ["", "t", "u", "%"];
    const time = clock();
    const options = { now: time.now, ttlMs: 1_000 };
    const model = new Map<string, Entry>();
    let db = await place.open(schema);
    let c = cache<number>(db, "model", options);
    const isOver = (entry: Entry | undefined) => !entry || time.now() >= entry.dies;
    const alive = (key: string) => isOver(model.get(key)) ? undefined : model.get(key);
    const put = (key: string, value: number, more: ReturnType<typeof entryOptions>) => {
      const expires = time.now() + (more.ttlMs ?? options.ttlMs);
      const dies = expires + (more.staleMs ?? 0);
      model.set(key, { value, expires, dies, tags: more.tags ?? [] });
    };
    const entryOptions = (): { ttlMs?: number; staleMs?: number; tags?: string[] } => ({
      ...(random() < 0.5 && { ttlMs: pick([0, 5, 50, Infinity]) }),
      ...(random() < 0.3 && { staleMs: pick([0, 20, Infinity]) }),
      ...(random() < 0.5 && { tags: [...new Set([pick(tags), pick(tags)])] }),
    });
    try {
      for (let i = 0; i < verbs; i++) {
        const key = pick(keys);
        const n = Math.floor(random() * 14);
        if (n < 3) {
          const more = entryOptions();
          await c.set(key, i, more);
          put(key, i, more);
        } else if (n === 3) {
          const more = entryOptions();
          const list = [pick(keys), pick(keys), pick(keys)].map((key, j) => [key, i + j] as const);
          await c.setMany(list, more);
          for (const [key, value] of list) put(key, value, more);
        } else if (n === 4) {
          assertEquals(await c.delete(key), alive(key) !== undefined);
          model.delete(key);
        } else if (n === 5) {
          const wanted = [pick(tags), pick(tags)];
          const found = keys.filter((key) =>
            model.get(key)?.tags.some((tag) => wanted.includes(tag))
          );
          const count = found.filter((key) => alive(key)).length;
          assertEquals(await c.invalidateTags(wanted), count);
          for (const key of found) model.delete(key);
        } else if (n === 6) {
          const more = entryOptions();
          const known = (await c.entry(key))?.version;
          assertEquals(known !== undefined, alive(key) !== undefined);
          const right = random() < 0.7;
          const version = right ? known : "another";
          assertEquals(await c.setIf(key, i, { ...more, version }), right);
          if (right) put(key, i, more);
        } else if (n === 7) {
          const entry = alive(key);
          const ttlMs = pick([1, 30]);
          assertEquals(await c.touch(key, ttlMs), entry !== undefined);
          if (entry) {
            const stale = entry.dies === Infinity && entry.expires === Infinity
              ? 0
              : entry.dies - entry.expires;
            entry.expires = time.now() + ttlMs;
            entry.dies = entry.expires + stale;
          }
        } else if (n === 8) {
          time.move(pick([1, 4, 17, 1_100]));
        } else if (n === 9) {
          const entry = alive(key);
          const fresh = entry && time.now() < entry.expires;
          let ran = false;
          const value = await c.getOrSet(key, () => (ran = true, i), { ttlMs: 40 });
          if (entry) assertEquals(value, entry.value);
          else assertEquals([value, ran], [i, true]);
          if (!fresh) {
            while (await c.get(key) !== i) await new Promise((resolve) => setTimeout(resolve, 0));
            put(key, i, { ttlMs: 40 });
          }
        } else if (n === 10 && random() < 0.2) {
          if (random() < 0.5) {
            await c.clear();
            model.clear();
          } else {
            await db.close();
            db = await place.open(schema);
            c = cache<number>(db, "model", options);
          }
        } else {
          assertEquals(await c.get(key), alive(key)?.value);
          assertEquals((await c.entry(key))?.tags, alive(key)?.tags);
        }
        if (i % 25 > 0) continue;
        const there = keys.filter((key) => alive(key));
        assertEquals((await keysOf(c)).toSorted(), there.toSorted());
        assertEquals(
          await c.getMany(keys),
          new Map(there.map((key) => [key, model.get(key)?.value])),
        );
      }
    } finally {
      await db.close();
    }
  });
}
