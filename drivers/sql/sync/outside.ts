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
  #changes: number;
  /** Whether what we write moves the counter by its rows: no trigger and no foreign key adds to them. */
  readonly #exact: boolean;
  /** Whether we wrote what is not counted yet. */
  #uncounted = false;
  /** Whether there is a file, which others may write. */
  readonly #file: boolean;
  /** Whether a commit of ours failed and may yet be there. */
  #unsure = false;

  constructor(
    readonly client: SyncClient,
    readonly options: Pick<DriverOptions, "outside" | "ready" | "lost" | "adopt">,
  ) {
    this.#file = isFile(client);
    // At one state: a commit between the two would never be noticed.
    client.run("BEGIN", NONE);
    try {
      this.#exact = !options.adopt && !hasTriggers(client);
      this.#version = this.#dataVersion();
      this.#changes = this.#totalChanges();
      this.logged = hasOwnTables(client);
      if (this.logged) this.seq = lastSeq(client);
    } finally {
      client.run("COMMIT", NONE);
    }
  }

  #dataVersion(): unknown {
    return this.#file ? this.client.row("PRAGMA data_version", NONE)?.[0] : 0;
  }
  #totalChanges(): number {
    return Number(this.client.row("SELECT total_changes()", NONE)?.[0]);
  }

  /** Rows were written by us; their number is not known when a statement failed half way. */
  wrote(rows: number | undefined): void {
    if (rows === undefined || !this.#exact) this.#uncounted = true;
    else this.#changes += rows;
  }

  /** What this connection has written up to now was written by us. */
  mine(): void {
    if (!this.#uncounted) return;
    this.#uncounted = false;
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

/** Whether there is a file that others may have open. */
export function isFile(client: SyncClient): boolean {
  return client.rows("PRAGMA database_list", NONE).some(([, name, file]) =>
    name === "main" && file !== "" && file !== null
  );
}

function hasTriggers(client: SyncClient): boolean {
  const text = "SELECT 1 FROM main.sqlite_schema WHERE type = 'trigger' " +
    "UNION ALL SELECT 1 FROM temp.sqlite_schema WHERE type = 'trigger' LIMIT 1";
  return client.row(text, NONE) !== undefined;
}
