import { DatabaseSync } from "node:sqlite";
import { count, query } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { runsOf } from "../../model/runs.ts";
import { sleep } from "../../db/subject.ts";
import { start } from "./children/start.ts";
import { done, left, parts, right, schema, THINGS } from "./children/writes.ts";
import { openOn } from "./open.ts";

/** Files that are written at once. */
const LANES = 4;

/** Runs the writing program until it is killed; gives the numbers that it acknowledged. */
async function killed(path: string, first: number): Promise<number[]> {
  const child = start("./writes.ts", path, `${first}`);
  const acknowledged: number[] = [];
  const early = Math.random() < 0.15;
  const begun = Promise.withResolvers<void>();
  const told = (async () => {
    for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) {
      acknowledged.push(Number(line.value));
      begun.resolve();
    }
    begun.resolve();
  })();
  // Mostly while it writes, at times while it opens.
  if (early) await sleep(Math.random() * 400);
  else await begun.promise;
  await sleep(Math.random() * 50);
  child.kill();
  await told;
  await child.ended();
  return acknowledged;
}

/** Checks a file after a kill; gives the number of the last operation that is there. */
async function check(path: string, acknowledged: ReadonlySet<number>): Promise<number> {
  const client = new DatabaseSync(path);
  assertSame(client.prepare("PRAGMA integrity_check").all().map((row) => ({ ...row })), [
    { integrity_check: "ok" },
  ]);
  const logged = client.prepare("SELECT count(*) AS n, max(seq) AS last FROM strata_commits").get();
  client.close();

  await using db = await openOn(path, schema, { durability: "strict" });
  assertSame([logged?.["n"], logged?.["last"] ?? 0], [db.seq, db.seq], "seq without gaps");
  const committed = new Set((await db.all(query(done))).map(({ n }) => n));
  const batches = await db.all(query(parts).groupBy(["batch"], { n: count() }));
  assertSame(batches.filter(({ n }) => n !== 10), [], "half a batch");
  for (const { batch } of batches) {
    assertSame(batch % 3 === 0 || committed.has(batch), true, `batch ${batch} without its number`);
    if (batch % 3 === 0) committed.add(batch);
  }
  for (const n of committed) {
    if (n % 3 === 1) assertSame(batches.some(({ batch }) => batch === n), true, `batch ${n}`);
  }
  assertSame([...acknowledged].filter((n) => !committed.has(n)), [], "lost");

  const moves = [...committed].filter((n) => n > 0 && n % 3 === 2);
  const moved = (id: number) => moves.filter((n) => n % THINGS === id).length % 2 === 1;
  if (committed.size > 0) {
    const ids = Array.from({ length: THINGS }, (_, id) => id);
    assertSame((await db.all(query(left))).map(({ id }) => id), ids.filter((id) => !moved(id)));
    assertSame((await db.all(query(right))).map(({ id }) => id), ids.filter(moved));
  }
  // Numbers follow each other, so there is no hole, and one more at most than was acknowledged.
  const last = Math.max(0, ...committed);
  assertSame(committed.size, committed.size === 0 ? 0 : last + 1, "a hole");
  assertSame(db.seq, committed.size, "commits");
  return last;
}

Deno.test("kill -9: all that was acknowledged is there, and never half a commit", async () => {
  const loops = runsOf(20);
  let started = 0;
  let total = 0;
  async function lane(): Promise<void> {
    const folder = await Deno.makeTempDir({ prefix: "strata_" });
    try {
      const path = `${folder}/data.db`;
      const acknowledged = new Set<number>();
      let next = 1;
      while (started++ < loops) {
        // The log keeps 10,000 commits: this stays below.
        const before = acknowledged.size;
        for (const n of await killed(path, next)) acknowledged.add(n);
        total += acknowledged.size - before;
        const exists = await Deno.stat(path).then(() => true, () => false);
        if (exists) next = await check(path, acknowledged) + 1;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  if (total < loops) throw new Error(`Only ${total} commits were acknowledged`);
});
