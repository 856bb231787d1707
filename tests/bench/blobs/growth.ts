/**
 * How much the resident set of a process of its own grows at most while content is put, and read: the contestant's
 * name, the folder, and MiB. It prints two numbers in MiB. What a process takes to begin with, 90 MiB for either
 * contestant, is taken before by the same work on a little.
 *
 * @module
 */
import { contentOf } from "./contestant.ts";
import { raw } from "./raw.ts";
import { strata } from "./strata.ts";

const MIB = 1 << 20;
const WARM_UP_MIB = 64;

async function growth(fn: () => Promise<unknown>): Promise<number> {
  (globalThis as { gc?: () => void }).gc?.(); // by a flag
  const before = Deno.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  try {
    await fn();
  } finally {
    clearInterval(timer);
  }
  return (Math.max(most, Deno.memoryUsage().rss) - before) / MIB;
}

if (import.meta.main) {
  const [name = "", folder = "", mib = ""] = Deno.args;
  const blobs = await (name === "raw" ? raw : strata(name)).open(`${folder}/${name}.db`);
  await blobs.put("warm", contentOf(WARM_UP_MIB * MIB, 1));
  await blobs.read("warm");
  const put = await growth(() => blobs.put("grown", contentOf(Number(mib) * MIB, 2)));
  const get = await growth(() => blobs.read("grown"));
  console.log(put.toFixed(1), get.toFixed(1));
  await blobs.close();
}
