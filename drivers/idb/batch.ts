import type { CommitInfo, Committed, Effect, MakeWork, TableDef } from "../../db/driver.ts";
import type { Stores } from "../log/idb_connection.ts";
import { commitFrame } from "../log/record.ts";
import type { Bytes } from "../log/storage.ts";
import { drive } from "./drive.ts";
import { type IdbHold, Writing } from "./hold.ts";
import { storeRows } from "./store_rows.ts";
import type { IdbTables } from "./tables.ts";

/** A commit that waits for its turn. */
export interface Waiting {
  readonly hold: IdbHold;
  readonly info: CommitInfo;
  readonly make: MakeWork<unknown>;
  readonly resolve: (committed: Committed<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Commits that go together in one transaction. What they write to tables in memory nobody else sees until it
 * is stored; rows of other tables are put in their store at once, where only the transaction sees them.
 */
export class Batch {
  readonly flight: Writing = new Writing();
  readonly frames: Bytes[] = [];
  readonly ids: string[] = [];
  /** Tells each what became of it, once that is certain. */
  readonly told: (() => void)[] = [];
  readonly #tables: IdbTables;
  /** Of the last commit in it. */
  seq: number;

  constructor(tables: IdbTables) {
    this.#tables = tables;
    this.seq = tables.seq;
  }

  /** Runs the work of one commit on what those before it have written. */
  async add({ hold, info, make, resolve, reject }: Waiting, stores: Stores): Promise<void> {
    const tables = this.#tables;
    const { flight } = this;
    const from = flight.entries.length;
    // What was held back is right only on what is stored.
    const given = this.frames.length === 0 ? hold.take() : undefined;
    if (!given) hold.drop();
    const own = new Writing(flight.entries, given?.rows);
    if (given) {
      tables.hand(given, flight);
      own.requests = given.requests;
      for (const table of given.named) own.named.add(table);
    }
    let value: unknown;
    try {
      const work = make(given !== undefined);
      value = await drive(work, (request) => tables.perform(request, flight, own, stores));
    } catch (error) {
      tables.enter(flight);
      own.takeBack({ entries: from, rows: 0 });
      this.told.push(() => reject(error));
      return;
    }
    if (own.requests === 0) {
      this.told.push(() => resolve({ value, seq: undefined }));
      return;
    }
    // Where this fails, all that the transaction has done is undone.
    for (const [def, writes] of own.rows.tables) {
      const kept = tables.kept(def);
      if (kept) await storeRows(stores, kept, writes);
    }
    const seq = ++this.seq;
    const effects = flight.entries.slice(from)
      .map((entry): Effect => ({ ...entry, table: entry.data.def }));
    this.frames.push(commitFrame(seq, info, [...effects, ...Array.from(own.named, named)]));
    this.ids.push(info.id);
    this.told.push(() => {
      info.done(seq);
      resolve({ value, seq });
    });
  }
}

/** That a table was written whose rows lie elsewhere. */
function named(table: TableDef): Effect {
  return { table, kind: "delete", columns: [], before: [], after: [] };
}
