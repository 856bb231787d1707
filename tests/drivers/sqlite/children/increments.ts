/**
 * Adds 1 to a row, through transactions: file, origin, how often. It tells when it is ready, waits for a
 * line, and tells what came of it.
 *
 * @module
 */
import { integer, type Schema, table, text } from "../../../../mod.ts";
import { openGiven, tell } from "./start.ts";

export const counters = table("counters", { id: text().primaryKey(), n: integer() });
/** Where each process writes, too. */
export const logs = {
  a: table("a_log", { n: integer().primaryKey() }),
  b: table("b_log", { n: integer().primaryKey() }),
};
export const schema: Schema = { tables: [counters, logs.a, logs.b] };

/** What a child tells at its end. */
export interface Report {
  /** The most runs that one transaction took. */
  readonly most: number;
  /** The numbers of its own commits. */
  readonly own: readonly number[];
  /** The numbers of all commits that it heard of, in order. */
  readonly heard: readonly number[];
}

async function main(): Promise<void> {
  const origin = Deno.args[1] === "a" ? "a" : "b";
  const times = Number(Deno.args[2]);
  const db = await openGiven(schema);
  const own: number[] = [];
  const heard: number[] = [];
  db.changes(({ seq, source }) => {
    heard.push(seq);
    if (source === "local") own.push(seq);
  });
  tell("ready");
  await Deno.stdin.read(new Uint8Array(10));
  let most = 0;
  for (let i = 0; i < times; i++) {
    await db.transaction(async (tx) => {
      most = Math.max(most, tx.attempt);
      const row = await tx.get(counters, "c");
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      await tx.update(counters, "c", { n: row!.n + 1 });
      if (i % 2 === 0) await tx.insert(logs[origin], { n: i });
    }, { origin });
  }
  await db.close();
  const report: Report = { most, own, heard };
  tell(JSON.stringify(report));
}

if (import.meta.main) await main();
