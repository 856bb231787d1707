/**
 * Writes commits one after the other until it is killed, and tells the number of each as soon as it is
 * acknowledged: the file, and the first number.
 *
 * @module
 */
import { integer, query, type Schema, table, text } from "../../../../mod.ts";
import { openGiven, tell } from "./start.ts";

/** Each thing is on the left or on the right: it moves from one table to the other. */
export const left = table("left_side", { id: integer().primaryKey() });
export const right = table("right_side", { id: integer().primaryKey() });
/** Batches of 10 rows. */
export const parts = table("parts", { id: text().primaryKey(), batch: integer() }, {
  indexes: ["batch"],
});
/** The numbers of the transactions that were committed. */
export const done = table("done", { n: integer().primaryKey() });
export const schema: Schema = { tables: [left, right, parts, done] };
export const THINGS = 20;

/** The rows of one batch. */
function batch(n: number): { id: string; batch: number }[] {
  return Array.from({ length: 10 }, (_, i) => ({ id: `${n} ${i}`, batch: n }));
}

async function main(): Promise<void> {
  const db = await openGiven(schema, { durability: "strict" });
  if (await db.count(query(done)) === 0) {
    await db.transaction(async (tx) => {
      await tx.insert(left, Array.from({ length: THINGS }, (_, id) => ({ id })));
      await tx.insert(done, { n: 0 });
    });
  }
  for (let n = Number(Deno.args[1]);; n++) {
    if (n % 3 === 0) await db.insert(parts, batch(n));
    else {
      await db.transaction(async (tx) => {
        await tx.insert(done, { n });
        if (n % 3 === 1) return void await tx.insert(parts, batch(n));
        const id = n % THINGS;
        const [from, to] = await tx.get(left, id) ? [left, right] : [right, left];
        await tx.delete(from, id);
        if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        await tx.insert(to, { id });
      });
    }
    tell(`${n}`);
  }
}

if (import.meta.main) await main();
