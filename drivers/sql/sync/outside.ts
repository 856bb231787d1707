import type { DriverOptions } from "../../../db/driver.ts";
import type { SyncClient } from "./client.ts";
import { commitsAfter, hasOwnTables, lastSeq, readMeta } from "./log.ts";

const NONE: readonly never[] = [];

/**
 * Notices what was not written through this session, by two counters of SQLite: `data_version` moves
 * when another connection commits, `total_changes()` with each row that this connection writes.
 */
export class Outside {
  /** The number of the last commit that was told or made here. */
  seq = 0;
  /** Whether strangers wrote since our last commit, which our next one passes on. */
  strangers = false;
  /** Whether the tables of Strata are there for good. */
  logged: boolean;
  #version: unknown;
  #changes: unknown;
  /** Whether a commit of ours failed and may yet be there. */
  #unsure = false;

  constructor(
    readonly client: SyncClient,
    readonly options: Pick<DriverOptions, "outside" | "ready" | "lost">,
  ) {
    // At one state: a commit between the two would never be noticed.
    client.run("BEGIN", NONE);
    try {
      this.#version = this.#dataVersion();
      this.#changes = this.#totalChanges();
      this.logged = hasOwnTables(client);
      if (this.logged) this.seq = lastSeq(client);
    } finally {
      client.run("COMMIT", NONE);
    }
  }

  #dataVersion(): unknown {
    return this.client.row("PRAGMA data_version", NONE)?.[0];
  }
  #totalChanges(): unknown {
    return this.client.row("SELECT total_changes()", NONE)?.[0];
  }

  /** What this connection has written up to now was written by us. */
  mine(): void {
    this.#changes = this.#totalChanges();
  }

  /** A commit of ours failed, and what it wrote may be there all the same. */
  doubt(): void {
    this.#unsure = true;
  }

  /** Whether something may have changed; outside a transaction it may have by the next statement. */
  moved(): boolean {
    return this.#unsure || this.#dataVersion() !== this.#version ||
      this.#totalChanges() !== this.#changes;
  }

  /** Tells what has changed; inside a transaction, in which nothing was written yet. */
  look(): void {
    const version = this.#dataVersion();
    const changes = this.#totalChanges();
    const raw = changes !== this.#changes;
    if (!raw && version === this.#version && !this.#unsure) return;
    this.logged ||= hasOwnTables(this.client);
    const commits = this.logged ? commitsAfter(this.client, this.seq) : NONE;
    const unsure = this.#unsure;
    this.#version = version; // not before all is read that is told
    this.#changes = changes;
    this.#unsure = false;
    const { options } = this;
    let newer = false;
    for (const { seq, id, origin, kind, tables } of commits) {
      const gap = seq !== this.seq + 1;
      this.seq = seq;
      if (kind === "migration") newer = true;
      options.outside({
        ...{ seq, id, tables: gap ? undefined : tables },
        ...(origin !== undefined && { origin }),
      });
    }
    if (raw || commits.length === 0 && !unsure) {
      this.strangers = true;
      options.outside({ seq: this.seq, tables: undefined });
    }
    if (newer && !options.ready(readMeta(this.client))) options.lost("version");
  }
}
