import type { RowEntry } from "../../engine/mod.ts";
import type { CommitInfo, Committed, Hold, MakeWork, Maybe, TableDef } from "../../db/driver.ts";
import { takeBack } from "../log/answers.ts";
import type { Holder } from "../log/overlay.ts";
import { RowWrites } from "./row_writes.ts";
import type { IdbSession } from "./session.ts";

/** What somebody has written and nobody else sees: in memory, and to tables that are kept a record a row. */
export class Writing implements Holder {
  /** What was done to tables in memory, in order. */
  readonly entries: RowEntry[];
  readonly rows: RowWrites;
  /** How many requests to write there were, and the tables kept a record a row that they named. */
  requests = 0;
  readonly named = new Set<TableDef>();

  /** `entries` are those of a batch, behind which its own come. */
  constructor(entries: RowEntry[] = [], rows: RowWrites = new RowWrites()) {
    this.entries = entries;
    this.rows = rows;
  }
  /** They are done again when it is its turn again. */
  park(): RowEntry[] {
    return this.entries;
  }

  get mark(): { readonly entries: number; readonly rows: number } {
    return { entries: this.entries.length, rows: this.rows.mark };
  }
  /** Takes back what was written since a mark, where the entries are in place. */
  takeBack({ entries, rows }: Writing["mark"]): void {
    takeBack(this.entries.splice(entries));
    this.rows.takeBack(rows);
  }
}

/** The writes of one transaction. */
export class IdbHold implements Hold {
  readonly #session: IdbSession;
  /** What it has written, which holds as long as nobody has committed since. */
  writing: Writing = new Writing();
  #generation = -1;
  #release: (() => void) | undefined;

  constructor(session: IdbSession) {
    this.#session = session;
  }

  /** Begins to work on the state of now; whether what it wrote before is still right on it. */
  begin(): boolean {
    if (this.#generation === this.#session.generation) return true;
    this.drop();
    this.#generation = this.#session.generation;
    return false;
  }
  /** Forgets what it wrote. */
  drop(): void {
    this.#session.leave(this.writing);
    this.writing = new Writing();
    this.#generation = -1;
  }
  /** Gives away what it wrote, for good, if that is right on the state of now. */
  take(): Writing | undefined {
    const { writing } = this;
    const kept = this.#generation === this.#session.generation;
    if (!kept) this.#session.leave(writing);
    this.writing = new Writing();
    this.#generation = -1;
    return kept ? writing : undefined;
  }

  look<T>(make: MakeWork<T>): Maybe<T> {
    return this.#session.look(this, make);
  }

  commit<T>(info: CommitInfo, make: MakeWork<T>): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      this.#session.commit({
        ...{ hold: this, info, make, reject },
        // It gets what its own `make` gave.
        resolve: resolve as (committed: Committed<unknown>) => void,
      });
    }).finally(() => this.end()) as Promise<Committed<T>>; // as above
  }

  async reserve(ms: number): Promise<void> {
    await this.#session.reservations.reserve(this, ms); // here
    this.#release?.();
    this.#release = await this.#session.reserve(ms); // and elsewhere
  }

  end(): void {
    this.#release?.();
    this.#release = undefined;
    this.drop();
    this.#session.reservations.end(this);
  }
}
