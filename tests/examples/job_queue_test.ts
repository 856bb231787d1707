import { assert, assertEquals } from "@std/assert";
import { type Database, query } from "@strata/data";
import { createQueue, type Job } from "../../examples/job_queue/queue.ts";
import { jobs, schema } from "../../examples/job_queue/schema.ts";
import { work } from "../../examples/job_queue/worker.ts";
import { testEach } from "./places.ts";

const START = Date.UTC(2026, 0, 1);

/** A queue whose time stands still until a test moves it. */
function queueAt(db: Database, clock: { now: number }) {
  return createQueue(db, {
    leaseMs: 1_000,
    maxAttempts: 3,
    backoffMs: 100,
    now: () => clock.now,
  });
}

testEach("job queue: ten workers run each job once", async (open) => {
  const clock = { now: START };
  const first = queueAt(await open(schema), clock);
  for (let i = 0; i < 100; i++) await first.add("count", { i });

  const runs: unknown[] = [];
  const handlers = {
    async count({ payload }: Job): Promise<void> {
      runs.push(payload);
      await new Promise((done) => setTimeout(done, Math.random() * 3));
    },
  };
  const counts = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      return await work(queueAt(await open(schema), clock), `worker ${i}`, handlers);
    }),
  );
  assertEquals(counts.reduce((sum, count) => sum + count, 0), 100);
  assert(counts.filter((count) => count > 0).length > 1, "one worker did it all");
  assertEquals(new Set(runs.map((run) => JSON.stringify(run))).size, 100);
  assertEquals(runs.length, 100);
  const db = await open(schema);
  assertEquals(await db.count(query(jobs).where({ state: "done", attempts: 1 })), 100);
});

testEach(
  "job queue: a failed job runs again, each time later, and then is given up",
  async (open) => {
    const clock = { now: START };
    const db = await open(schema);
    const queue = queueAt(db, clock);
    const shaky = await queue.add("shaky", {});
    const poison = await queue.add("poison", {});
    const unknown = await queue.add("unknown", {});

    const runs: [kind: string, ms: number][] = [];
    const handlers = {
      shaky(job: Job): void {
        runs.push([job.kind, clock.now - START]);
        if (job.attempts < 3) throw new Error("not yet");
      },
      poison(job: Job): never {
        runs.push([job.kind, clock.now - START]);
        throw new Error("never");
      },
    };
    let succeeded = 0;
    for (; clock.now < START + 2_000; clock.now += 50) {
      succeeded += await work(queue, "worker", handlers);
    }
    assertEquals(succeeded, 1);
    const times = (kind: string) => runs.filter(([of]) => of === kind).map(([, ms]) => ms);
    assertEquals(times("shaky"), [0, 100, 300]);
    assertEquals(times("poison"), [0, 100, 300]);

    const [good, bad, strange] = await db.getMany(jobs, [shaky.id, poison.id, unknown.id]);
    assertEquals([good?.state, good?.attempts, good?.dueAt], ["done", 3, null]);
    assertEquals([bad?.state, bad?.attempts, bad?.error], ["failed", 3, "Error: never"]);
    assertEquals([strange?.state, strange?.attempts], ["failed", 3]);
    assert(strange?.error?.includes("unknown"));
  },
);

testEach("job queue: a job whose worker is gone is taken by another", async (open) => {
  const clock = { now: START };
  const db = await open(schema);
  const queue = queueAt(db, clock);
  await queue.add("slow", {});

  const [lost] = await queue.take("first", 5);
  assert(lost);
  assertEquals([lost.state, lost.worker, lost.attempts], ["running", "first", 1]);
  assertEquals(await queue.take("second", 5), [], "the lease lasts");

  clock.now += 1_001;
  const [again] = await queue.take("second", 5);
  assertEquals([again?.id, again?.worker, again?.attempts], [lost.id, "second", 2]);
  assertEquals(await queue.done(lost), false, "the first came too late");
  assertEquals((await db.get(jobs, lost.id))?.state, "running");
  assert(again && await queue.done(again));
  assertEquals((await db.get(jobs, lost.id))?.state, "done");
});

testEach("job queue: a job that ends its workers is given up", async (open) => {
  const clock = { now: START };
  const db = await open(schema);
  const queue = queueAt(db, clock);
  const job = await queue.add("killer", {});
  for (let i = 1; i <= 3; i++) {
    assertEquals((await queue.take(`worker ${i}`, 1)).length, 1);
    clock.now += 1_001;
  }
  assertEquals(await queue.take("worker 4", 1), []);
  const found = await db.get(jobs, job.id);
  assertEquals([found?.state, found?.dueAt], ["failed", null]);
});
