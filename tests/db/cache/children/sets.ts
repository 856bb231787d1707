/**
 * Sets entries in a cache until it is killed, and tells the number of each commit as soon as it is acknowledged: the
 * kind of driver, the file, and the first number.
 *
 * @module
 */
import { cache } from "../../../../db/cache/mod.ts";
import { tell } from "../../../drivers/sqlite/children/start.ts";
import { openAt } from "./open.ts";

async function main(): Promise<void> {
  const [kind = "", path = "", first] = Deno.args;
  const db = await openAt(kind, path, "strict");
  const c = cache<number>(db, "killed", { maxEntries: 50 });
  for (let n = Number(first);; n++) {
    await c.setMany([["a", n], [`b${n}`, n], [`c${n}`, n]], { tags: [`t${n}`] });
    tell(`${n}`);
  }
}

if (import.meta.main) await main();
