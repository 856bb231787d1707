/**
 * Adds 1 to a row, through transactions: address, origin, how often. It tells when it is ready, waits for a
 * line, and tells how many commits of its own it heard of.
 *
 * @module
 */
import { counters, schema } from "../../sqlite/children/increments.ts";
import { tell } from "../../sqlite/children/start.ts";
import { openGiven } from "./start.ts";

async function main(): Promise<void> {
  const [, origin = "", times = "0"] = Deno.args;
  const db = await openGiven(schema);
  const own: number[] = [];
  db.changes(({ seq, source }) => void (source === "local" && own.push(seq)));
  tell("ready");
  await Deno.stdin.read(new Uint8Array(10));
  for (let i = 0; i < Number(times); i++) {
    await db.transaction(async (tx) => {
      const row = await tx.get(counters, "c");
      await tx.update(counters, "c", { n: (row?.n ?? 0) + 1 });
    }, { origin });
  }
  await db.close();
  tell(JSON.stringify(own));
}

if (import.meta.main) await main();
