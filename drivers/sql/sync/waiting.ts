import { DataError } from "../../../schema/errors.ts";
import type { CommitInfo, Committed, MakeWork } from "../../../db/driver.ts";
import { dataError } from "../failure.ts";
import type { Connection } from "./connection.ts";
import type { SyncHold } from "./hold.ts";
import { isKnown } from "./log.ts";

/** One that waits for the write lock: with `info` to commit, else to keep it for `ms`. */
export interface Waiting {
  readonly hold: SyncHold;
  /** When it began to wait in the queue. */
  since: number;
  readonly info: CommitInfo | undefined;
  readonly make: MakeWork<unknown>;
  readonly ms: number;
  readonly resolve: (value: Committed<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** One whose work is done: what it is to be told after COMMIT. */
export interface Done {
  readonly waiting: Waiting;
  readonly committed: Committed<unknown>;
}

/** What a commit is told whose COMMIT failed with an error: whether it is there all the same. */
export function doubt({ client, outside }: Connection, error: unknown, id: string): unknown {
  outside.doubt();
  let there: "yes" | "no" | "unknown" = "unknown";
  try {
    there = outside.logged && isKnown(client, id) ? "yes" : "no";
  } catch {
    // It stays unknown.
  }
  const failure = dataError(error, there);
  return failure instanceof DataError ? failure : error;
}
