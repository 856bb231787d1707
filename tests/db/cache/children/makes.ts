/**
 * Asks for the values of keys with a lease, and tells how many it has made itself: the kind of driver, the file, how many.
 *
 * @module
 */
import { cache } from "../../../../db/cache/mod.ts";
import { tell } from "../../../drivers/sqlite/children/start.ts";
import { openAt } from "./open.ts";

async function main(): Promise<void> {
  const [kind = "", path = "", count = "0"] = Deno.args;
  const db = await openAt(kind, path, "relaxed");
  const c = cache<string>(db, "leased");
  await c.get("none");
  tell("ready");
  await Deno.stdin.read(new Uint8Array(10));
  let made = 0;
  for (let i = 0; i < Number(count); i++) {
    await c.getOrSet(`k${i}`, async () => {
      made++;
      await new Promise((resolve) => setTimeout(resolve, 10));
      return `${Deno.pid}`;
    }, { lease: true });
  }
  await db.close();
  tell(`${made}`);
}

if (import.meta.main) await main();
