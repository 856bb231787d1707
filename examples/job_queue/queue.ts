/**
 * A job queue on one table: each job is run by one worker at a time, again after a failure, and given up
 * after too many.
 *
 * @module
 */
import { type Database, DataError, increment, lte, param, query, type Row } from "@strata/data";
import { jobs } from "./schema.ts";

export type Job = Row<typeof jobs>;

export interface QueueOptions {
  /** How long a worker has for a job before others may take it. */
  readonly leaseMs: number;
  readonly maxAttempts: number;
  /** The wait after the first failure; it doubles with each one more. */
  readonly backoffMs: number;
  readonly now: () => number;
}

export interface Queue {
  add(kind: string, payload: unknown): Promise<Job>;
  /** Takes up to `most` jobs that are due; nobody else gets them while the lease lasts. */
  take(worker: string, most: number): Promise<Job[]>;
  done(job: Job): Promise<boolean>;
  /** Lets the job run again later, or gives it up. */
  failed(job: Job, error: unknown): Promise<boolean>;
}

const due = query(jobs).where({ dueAt: lte(param("now")) }).orderBy("dueAt").limit(param("most"));

export function createQueue(db: Database, options: QueueOptions): Queue {
  const { leaseMs, maxAttempts, backoffMs, now } = options;
  const inMs = (ms: number): Date => new Date(now() + ms);

  /** Writes how a job ended; false when its lease was over and it is somebody else's by now. */
  async function settle(
    job: Job,
    patch: { state: Job["state"]; dueAt: Date | null; error?: string },
  ): Promise<boolean> {
    try {
      // The number of attempts tells this run of the job from the next one.
      const mine = { state: "running", worker: job.worker, attempts: job.attempts } as const;
      return await db.update(jobs, job.id, patch, { if: mine }) !== undefined;
    } catch (error) {
      if (error instanceof DataError && error.code === "conflict") return false;
      throw error;
    }
  }

  const failed = (job: Job, error: unknown): Promise<boolean> => {
    const again = job.attempts < maxAttempts;
    return settle(job, {
      state: again ? "waiting" : "failed",
      dueAt: again ? inMs(backoffMs * 2 ** (job.attempts - 1)) : null,
      error: String(error),
    });
  };

  return {
    add: (kind, payload) => db.insert(jobs, { kind, payload, dueAt: inMs(0) }),
    async take(worker, most) {
      const taken = await db.claim(due.with({ now: inMs(0), most }), {
        state: "running",
        worker,
        attempts: increment(1),
        dueAt: inMs(leaseMs),
      });
      // A job that took its workers down with it never told that it failed.
      const lost = taken.filter((job) => job.attempts > maxAttempts);
      for (const job of lost) await failed(job, job.error ?? "its workers did not come back");
      return taken.filter((job) => !lost.includes(job));
    },
    done: (job) => settle(job, { state: "done", dueAt: null }),
    failed,
  };
}
