import { KnownIds } from "../../engine/known_ids.ts";
import type { RowEntry } from "../../engine/mod.ts";
import type { CommitInfo, Committed, MakeWork } from "../../db/driver.ts";
import type { LogHold } from "./log_hold.ts";
import type { Holder } from "./overlay.ts";
import { snapshotFrames } from "./snapshot.ts";
import type { LogState } from "./state.ts";
import type { Bytes } from "./storage.ts";

/** A commit that waits for its turn. */
export interface Waiting {
  readonly hold: LogHold;
  readonly info: CommitInfo;
  readonly make: MakeWork<unknown>;
  readonly resolve: (committed: Committed<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** What a batch of commits has written and not stored yet; others don't see it. */
class Flight implements Holder {
  readonly entries: RowEntry[] = [];
  park(): RowEntry[] {
    return this.entries;
  }
}

/** Commits that go together. */
export class Batch {
  readonly flight = new Flight();
  readonly frames: Bytes[] = [];
  readonly ids: string[] = [];
  /** Tells each what became of it, once that is certain. */
  readonly told: (() => void)[] = [];
  /** Of the last commit in it. */
  seq: number;
  constructor(seq: number) {
    this.seq = seq;
  }

  /** A snapshot with these commits, while they are in the tables; undefined when they add rows alone. */
  whole(state: LogState): Bytes[] | undefined {
    if (this.flight.entries.every(({ kind }) => kind === "insert")) return undefined;
    const known = new KnownIds();
    for (const id of [...state.known, ...this.ids]) known.add(id);
    return [...snapshotFrames({ ...state, known, seq: this.seq })];
  }
}
