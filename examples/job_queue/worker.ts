/**
 * @module
 */
import type { Job, Queue } from "./queue.ts";

export type Handler = (job: Job) => Promise<void> | void;

/** Runs jobs until none is due; gives the number of those that succeeded. */
export async function work(
  queue: Queue,
  name: string,
  handlers: Readonly<Record<string, Handler>>,
): Promise<number> {
  let succeeded = 0;
  for (;;) {
    const taken = await queue.take(name, 5);
    if (taken.length === 0) return succeeded;
    for (const job of taken) {
      try {
        const handle = handlers[job.kind];
        if (!handle) throw new Error(`Cannot run the job as each kind has a handler: ${job.kind}`);
        await handle(job);
      } catch (error) {
        await queue.failed(job, error);
        continue;
      }
      if (await queue.done(job)) succeeded += 1;
    }
  }
}
