import { DataError } from "../../schema/errors.ts";
import { explainQuery, redo, TableData, type Tables } from "../../engine/mod.ts";
import type {
  Answer,
  Ast,
  DriverOptions,
  Effect,
  FoundTable,
  Maybe,
  Read,
  Request,
  TableDef,
} from "../../db/driver.ts";
import { tableOf } from "../../db/layout.ts";
import { readLayout } from "../../db/layout_read.ts";
import { ResidentTables } from "../log/answers.ts";
import { foundTables } from "../log/change.ts";
import { isMade } from "../log/create.ts";
import { isUnknown, KIND } from "../log/frame.ts";
import type { Stores } from "../log/idb_connection.ts";
import { Overlay } from "../log/overlay.ts";
import { addCommit, keepUnknown, readState } from "../log/snapshot.ts";
import type { LogState } from "../log/state.ts";
import type { News } from "../log/storage.ts";
import { answerRows, tablesIn } from "./answer.ts";
import { type Catalog, type KeptTable, readCatalog } from "./catalog.ts";
import type { Writing } from "./hold.ts";
import { RowTable } from "./row_table.ts";
import type { Stored } from "./setup.ts";

/**
 * The tables of a session: those in memory, with the writes of one at most in place, and the list of those
 * that are kept a record a row.
 */
export class IdbTables {
  /** Goes up whenever what is stored may have changed. */
  generation = 0;
  /** The tables of the core's own that requests name. */
  created: readonly TableDef[] = [];
  readonly #options: DriverOptions;
  readonly #source: string;
  #state: LogState;
  #catalog: Catalog;
  #overlay: Overlay;
  #lost = false;

  constructor({ state, catalog }: Stored, source: string, options: DriverOptions) {
    this.#state = state;
    this.#catalog = catalog;
    this.#source = source;
    this.#options = options;
    this.#overlay = this.#over(state);
  }
  #over(state: LogState): Overlay {
    return new Overlay(new ResidentTables(state.tables), state.known, this.#source);
  }

  get seq(): number {
    return this.#state.seq;
  }
  /** What is stored, without what is held back. */
  get stored(): Stored {
    this.#overlay.enter(undefined);
    return { state: this.#state, catalog: this.#catalog };
  }
  /** @throws {DataError} With code `"closed"` once another version has taken over. */
  check(): void {
    if (this.#lost) {
      throw new DataError(
        "closed",
        "Cannot use the database as it is open: another version took over",
      );
    }
  }
  found(): readonly FoundTable[] {
    const all = new Map(this.#state.tables);
    for (const table of readLayout(this.#state.meta)?.tables ?? []) {
      if (this.#catalog.has(table.name)) all.set(table.name, new TableData(tableOf(table)));
    }
    return foundTables(all);
  }
  /** Tables for live queries; undefined where one of the user's is kept a record a row. */
  live(): Tables | undefined {
    if (this.#options.tables.some(({ name }) => this.#catalog.has(name))) return undefined;
    return { data: (def) => this.#overlay.committed.data(def) };
  }

  /** Makes the tables in memory what somebody sees who has written. */
  enter(writing: Writing): void {
    if (!this.#overlay.enter(writing)) { for (const entry of writing.entries) redo(entry); }
  }
  /** Makes them what everybody sees, if they are what that one does. */
  leave(writing: Writing): void {
    if (this.#overlay.holds(writing)) this.#overlay.enter(undefined);
  }
  /** What one has written becomes part of what another has, behind that. */
  hand(from: Writing, to: Writing): void {
    this.enter(from);
    for (const entry of from.entries.splice(0)) to.entries.push(entry);
    this.#overlay.enter(to); // in place it is
  }
  /** What one has written was stored. */
  settle(writing: Writing, seq: number, ids: readonly string[]): void {
    this.enter(writing);
    this.#overlay.keep();
    if (ids.length > 0) this.generation++;
    this.#state.seq = seq;
    for (const id of ids) this.#state.known.add(id);
  }

  /** How a table is kept a record a row; undefined for one in memory. */
  kept(def: TableDef): KeptTable | undefined {
    return this.#catalog.get(def.name);
  }
  /** Answers a request of tables in memory, as everybody sees them. */
  answer(request: Read): Answer {
    this.#overlay.enter(undefined);
    if (request.ask === "explain") return this.#explain(request.query);
    return this.#overlay.answer(request);
  }
  #explain(query: Ast): Answer {
    // A plan reads no row.
    const data = (def: TableDef) =>
      this.kept(def) ? new TableData(def) : this.#overlay.tables.data(def);
    const plan = explainQuery({ data }, query, this.#source);
    return this.live() ? plan : { ...plan, live: "rerun" };
  }
  /** Whether a request concerns a table that is kept a record a row. */
  hasRows(request: Request): boolean {
    return request.ask !== "explain" && this.#catalog.size > 0 &&
      tablesIn(request).some(({ name }) => this.#catalog.has(name));
  }
  /** Answers a request of tables in memory; `own` are the writes of one commit of those of `holder`. */
  inMemory(request: Request, holder: Writing, own: Writing): Answer {
    if (request.ask === "explain") return this.#explain(request.query);
    this.enter(holder);
    if (request.ask !== "write") return this.#overlay.answer(request);
    for (const entry of this.#overlay.tables.write(request.effects)) own.entries.push(entry);
    own.requests++;
    return undefined;
  }
  /** Answers any request within a transaction. */
  perform(request: Request, holder: Writing, own: Writing, stores: Stores): Maybe<Answer> {
    if (request.ask === "known" || request.ask === "explain" || !this.hasRows(request)) {
      return this.inMemory(request, holder, own);
    }
    if (request.ask === "write") return this.#write(request.effects, holder, own, stores);
    const resident = (def: TableDef) => {
      if (this.#catalog.has(def.name)) return undefined;
      this.enter(holder);
      return this.#overlay.tables.data(def);
    };
    const rows = (def: TableDef) => this.#rowTable(def, own, stores);
    return answerRows({ resident, rows }, request);
  }
  #rowTable(def: TableDef, own: Writing, stores: Stores): RowTable | undefined {
    const kept = this.#catalog.get(def.name);
    return kept && new RowTable(def, stores, kept, own.rows);
  }
  async #write(
    effects: readonly Effect[],
    holder: Writing,
    own: Writing,
    stores: Stores,
  ): Promise<undefined> {
    const { mark, requests } = own;
    try {
      for (const effect of effects) {
        const table = this.#rowTable(effect.table, own, stores);
        if (table) {
          await table.write(effect);
          own.named.add(effect.table);
        } else this.inMemory({ ask: "write", effects: [effect] }, holder, own);
      }
    } catch (error) {
      this.enter(holder);
      own.takeBack(mark);
      own.requests = requests;
      throw error;
    }
    own.requests = requests + 1;
  }

  /** Takes in what others have written, and tells it; `record` is the list of tables that was stored with it. */
  takeIn(news: News, record: unknown): void {
    if (!news.whole && news.frames.length === 0) return;
    this.#overlay.enter(undefined);
    if (news.whole) return this.#reload(news, record);
    for (const frame of news.frames) {
      if (isUnknown(frame)) keepUnknown(this.#state, frame);
      const commit = frame.kind === KIND.commit ? addCommit(this.#state, frame) : undefined;
      if (!commit) continue;
      this.generation++;
      const { seq, id, origin, effects } = commit;
      const tables = [...new Set(effects.map(([table]) => table))];
      this.#options.outside({ seq, id, tables, ...(origin !== undefined && { origin }) });
    }
  }
  #reload({ frames }: News, record: unknown): void {
    const { ready } = this.#options;
    const tables = [...this.#options.tables, ...this.created];
    const catalog = readCatalog(record);
    const state = readState(frames, { ready, tables });
    const moved = tables.some(({ name }) => catalog.has(name) !== this.#catalog.has(name));
    if (moved || !ready(state.meta) || !isMade(state.meta, this.created)) {
      this.#lost = true;
      this.#options.lost("version");
      this.check();
    }
    this.replace({ state, catalog });
    this.#options.outside({ seq: state.seq, tables: undefined });
  }
  /** Puts something else in the place of all. */
  replace({ state, catalog }: Stored): void {
    this.#overlay.enter(undefined);
    this.generation++;
    this.#state = state;
    this.#catalog = catalog;
    this.#overlay = this.#over(state);
  }
}
