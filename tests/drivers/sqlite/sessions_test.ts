import { increment, query } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { itemsSchema } from "../../db/serial/program.ts";
import { checkSerial } from "../../db/serial/serial.ts";
import { accounts, schema, sleep } from "../../db/subject.ts";
import { openOn } from "./open.ts";

async function withFile(fn: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  try {
    await fn(`${folder}/data.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("random transactions on two connections to one file are as if one after the other", () =>
  withFile(async (path) => {
    await using first = await openOn(path, itemsSchema);
    await using second = await openOn(path, itemsSchema);
    await checkSerial("serial on two connections", [first, second], 60);
  }));

Deno.test("a slow transaction gets through while another connection writes what it reads", () =>
  withFile(async (path) => {
    await using slow = await openOn(path, schema);
    await using busy = await openOn(path, schema);
    await slow.insert(accounts, { id: "a" });
    let over = false;
    let written = 0;
    let longest = 0;
    const writing = (async () => {
      while (!over) {
        const start = performance.now();
        await busy.update(accounts, "a", { amount: increment(1) });
        longest = Math.max(longest, performance.now() - start);
        written++;
        await sleep(1);
      }
    })();
    const runs = await slow.transaction(async (tx) => {
      const row = await tx.get(accounts, "a");
      await sleep(50);
      await tx.update(accounts, "a", { amount: row!.amount + 1 });
      return tx.attempt;
    });
    over = true;
    await writing;
    const row = await slow.transaction(async (tx) => {
      await tx.count(query(accounts));
      return await tx.get(accounts, "a"); // a second read hears of all others
    });
    assertSame(row?.amount, written + 1);
    assertSame(slow.seq, written + 2);
    assertSame(await busy.count(query(accounts)), 1);
    if (runs > 9) throw new Error(`It took ${runs} runs`);
    if (longest > 2_000) throw new Error(`A write waited for ${longest} ms`);
  }));
