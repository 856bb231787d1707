/**
 * Ten workers, a hundred jobs, some of which fail: `deno run -A examples/job_queue/main.ts`.
 *
 * @module
 */
import { count, openDatabase, query } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { createQueue } from "./queue.ts";
import { jobs, schema } from "./schema.ts";
import { work } from "./worker.ts";

await using db = await openDatabase(schema, memoryDriver());
const queue = createQueue(db, { leaseMs: 60_000, maxAttempts: 3, backoffMs: 5, now: Date.now });

for (let i = 1; i <= 100; i++) await queue.add(i % 10 === 0 ? "broken" : "greet", { number: i });

const handlers = {
  async greet(): Promise<void> {
    await new Promise((done) => setTimeout(done, Math.random() * 5));
    if (Math.random() < 0.2) {
      throw new Error("Cannot greet anybody as somebody is there: nobody is");
    }
  },
  broken(): never {
    throw new Error("Cannot run as all is well: it never is");
  },
};

const unfinished = query(jobs).where({ state: "waiting" });
while (await db.has(unfinished)) {
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => work(queue, `worker ${i + 1}`, handlers)),
  );
  await new Promise((done) => setTimeout(done, 5));
}

const byState = query(jobs).groupBy(["state", "attempts"], { jobs: count() })
  .orderBy("state").orderBy("attempts");
console.table(await db.all(byState));
