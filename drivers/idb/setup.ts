import type { ColumnDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { TableData } from "../../engine/mod.ts";
import type {
  Answer,
  Answers,
  Effect,
  FoundTable,
  LayoutChange,
  Maybe,
  Request,
  Setup,
} from "../../db/driver.ts";
import { storedTable, tableOf } from "../../db/layout.ts";
import { readLayout } from "../../db/layout_read.ts";
import { copyOf, ResidentTables } from "../log/answers.ts";
import { changeTables, foundTables } from "../log/change.ts";
import { result, type Stores } from "../log/idb_connection.ts";
import { newNumber } from "../log/idb_records.ts";
import type { IdbStorage } from "../log/idb_storage.ts";
import { snapshotFrames } from "../log/snapshot.ts";
import type { LogState } from "../log/state.ts";
import { answerRows, tablesIn } from "./answer.ts";
import {
  type Catalog,
  catalogRecord,
  changedTable,
  countKey,
  type KeptTable,
  newTable,
} from "./catalog.ts";
import { idBytes, keyRange } from "./row_keys.ts";
import { rowCount, RowTable } from "./row_table.ts";
import { RowWrites } from "./row_writes.ts";
import { storeRows } from "./store_rows.ts";

/** Rows that are copied in one transaction. */
const PAGE = 500;

/** What is stored, at one state. */
export interface Stored {
  readonly state: LogState;
  readonly catalog: Catalog;
}

/** What a setup works with. */
export interface SetupOptions {
  readonly source: string;
  /** Whether a new table is kept a record a row. */
  isRows(table: string): boolean;
}

/**
 * A change of the layout of what is stored, which is as it was until {@linkcode IdbSetup.place} puts all in
 * place in one step. Tables in memory are copied when they change. Of tables that are kept a record a row those
 * whose records change are copied under a new id, which nobody else reads.
 */
export class IdbSetup implements Setup {
  readonly meta: Map<string, unknown>;
  readonly #storage: IdbStorage;
  readonly #options: SetupOptions;
  readonly #before: Stored;
  readonly #tables: Map<string, TableData>;
  /** Those that are copies. */
  readonly #copies = new Set<TableData>();
  readonly #kept: Map<string, KeptTable>;
  /** The ids of tables that nobody else reads. */
  readonly #own = new Set<number>();

  constructor(before: Stored, storage: IdbStorage, options: SetupOptions) {
    this.#before = before;
    this.#storage = storage;
    this.#options = options;
    this.meta = new Map(before.state.meta);
    this.#tables = new Map(before.state.tables);
    this.#kept = new Map(before.catalog);
  }

  tables(): FoundTable[] {
    const all = new Map(this.#tables);
    for (const def of this.#layout()) {
      if (this.#kept.has(def.name)) all.set(def.name, new TableData(def));
    }
    return foundTables(all);
  }
  #layout(): TableDef[] {
    return (readLayout(this.meta)?.tables ?? []).map((table) => tableOf(table));
  }
  setMeta(key: string, value: unknown): void {
    this.meta.set(key, value);
  }

  ask<R extends Request>(request: R): Maybe<Answers[R["ask"]]> {
    // The answer is of the kind that was asked.
    return this.#answer(request) as Maybe<Answers[R["ask"]]>;
  }
  #answer(request: Request): Maybe<Answer> {
    if (request.ask === "known") return this.#before.state.known.has(request.id);
    if (request.ask === "write") return this.#write(request.effects);
    const resident = new ResidentTables(this.#tables);
    if (
      request.ask === "explain" || !tablesIn(request).some(({ name }) => this.#kept.has(name))
    ) {
      return resident.answer(request, this.#options.source);
    }
    return this.#storage.transact("readonly", (stores) =>
      answerRows(
        {
          resident: (def) => this.#kept.has(def.name) ? undefined : resident.data(def),
          rows: (def) => this.#rowTable(def, stores, new RowWrites()),
        },
        request,
      ));
  }
  #rowTable(def: TableDef, stores: Stores, writes: RowWrites): RowTable | undefined {
    const kept = this.#kept.get(def.name);
    return kept && new RowTable(def, stores, kept, writes);
  }

  async #write(effects: readonly Effect[]): Promise<undefined> {
    for (const { table } of effects) {
      if (this.#kept.has(table.name)) await this.#copyRows(table);
      else this.#copy(table.name);
    }
    await this.#storage.transact("readwrite", async (stores) => {
      const writes = new RowWrites();
      for (const effect of effects) {
        await this.#rowTable(effect.table, stores, writes)?.write(effect);
      }
      for (const [def, written] of writes.tables) {
        const kept = this.#kept.get(def.name);
        if (kept) await storeRows(stores, kept, written);
      }
    });
    const rest = effects.filter(({ table }) => !this.#kept.has(table.name));
    if (rest.length > 0) new ResidentTables(this.#tables).write(rest);
  }
  #copy(name: string): void {
    const data = this.#tables.get(name);
    if (!data || this.#copies.has(data)) return;
    const copy = copyOf(data, data.def);
    this.#copies.add(copy);
    this.#tables.set(name, copy);
  }

  async change(change: LayoutChange): Promise<void> {
    const { table } = change;
    const kept = this.#kept.get(table.name);
    if (change.change === "createTable" && this.#options.isRows(table.name)) {
      await this.#create(table);
      return;
    }
    if (!kept || change.change === "createTable") return changeTables(this.#tables, change);
    this.#kept.delete(table.name);
    if (change.change === "dropTable") return;
    const next = await changedTable(kept, change, () => this.#number());
    this.#kept.set(next.name, next);
    // Records get the entries of a new index; all else is in the catalog alone.
    if (change.change === "createIndex") await this.#copyRows(tableWith(table, change.index), kept);
  }
  #number(): Promise<number> {
    return this.#storage.transact("readwrite", newNumber);
  }
  async #create(def: TableDef): Promise<KeptTable> {
    const kept = await newTable(def, () => this.#number());
    this.#kept.set(def.name, kept);
    this.#own.add(kept.id);
    await this.#begin(kept);
    return kept;
  }

  async #begin(kept: KeptTable): Promise<void> {
    await this.#storage.transact(
      "readwrite",
      ({ state }) => result(state.put(0, countKey(kept))),
    );
  }
  /** Copies the records of a table under an id of its own, if it has none; `from` is how they are read. */
  async #copyRows(def: TableDef, from = this.#kept.get(def.name)): Promise<void> {
    const now = this.#kept.get(def.name);
    if (!from || !now || from === now && this.#own.has(now.id)) return;
    // Entries of all indexes lie together, so that those of the copy need ids of their own too.
    const indexes = [];
    for (const { columns } of now.indexes) indexes.push({ id: await this.#number(), columns });
    const next = { ...now, indexes, id: await this.#number() };
    this.#own.add(next.id);
    this.#kept.set(def.name, next);
    await this.#begin(next);
    let moved = 0;
    await this.#moveRows(def, from, (rows) => this.#put(def, next, rows, moved += rows.length));
  }
  /** Gives the rows of a table in pages, each at its own state; who puts them in place finds out if they moved. */
  async #moveRows(
    def: TableDef,
    from: KeptTable,
    take: (rows: readonly StoredRow[]) => Promise<void>,
  ): Promise<void> {
    let last: StoredRow | undefined;
    for (;;) {
      const after: StoredRow | undefined = last;
      const rows = await this.#storage.transact(
        "readonly",
        (stores) => new RowTable(def, stores, from, new RowWrites()).page(after, PAGE),
      );
      if (rows.length > 0) await take(rows);
      last = rows.at(-1);
      if (!last) return;
    }
  }
  /** Stores rows of a copy, which then has `count`. */
  async #put(
    def: TableDef,
    kept: KeptTable,
    rows: readonly StoredRow[],
    count: number,
  ): Promise<void> {
    await this.#storage.transact("readwrite", async (stores) => {
      const writes = new RowWrites();
      const columns = def.columns.map(({ name }) => name);
      writes.add({ table: def, kind: "insert", columns, before: [], after: rows });
      for (const [, written] of writes.tables) await storeRows(stores, kept, written);
      // It may be done once more, when the connection was cut after it.
      stores.state.put(count, countKey(kept));
    });
  }

  /** Moves tables that are to be kept otherwise. */
  async move(names: readonly string[]): Promise<void> {
    for (const def of this.#layout()) {
      const { name } = def;
      const kept = this.#kept.get(name);
      const data = this.#tables.get(name);
      if (!names.includes(name) || this.#options.isRows(name) === (kept !== undefined)) continue;
      if (kept) {
        const copy = new TableData(def);
        await this.#moveRows(def, kept, (rows) => {
          addAll(copy, rows);
          return Promise.resolve();
        });
        this.#kept.delete(name);
        this.#tables.set(name, copy);
      } else if (data) {
        const next = await this.#create(def);
        const rows: StoredRow[] = [];
        data.each((row) => rows.push(row) > 0);
        for (let at = 0; at < rows.length; at += PAGE) {
          const page = rows.slice(at, at + PAGE);
          await this.#put(def, next, page, at + page.length);
        }
        this.#tables.delete(name);
      }
    }
  }

  /**
   * Puts all in place, if nobody has committed since; what it gives is stored then. With `next` it is the
   * commit after the last.
   */
  async place(next: boolean): Promise<Stored | undefined> {
    const { state } = this.#before;
    const made: LogState = {
      ...state,
      ...{ tables: this.#tables, meta: this.meta, seq: state.seq + (next ? 1 : 0) },
    };
    const { catalog: before } = this.#before;
    const catalog = this.#kept;
    const placed = await this.#storage.fold(
      state.seq,
      [...snapshotFrames(made)],
      true,
      (stores) => placeCatalog(stores, catalog, before),
    );
    return placed ? { state: made, catalog } : undefined;
  }
}

/** Puts a catalog in place of another, and deletes what it does not name. */
async function placeCatalog(stores: Stores, catalog: Catalog, before: Catalog): Promise<void> {
  const { state, rows } = stores;
  state.put(catalogRecord(catalog), "rows");
  const tables = [...catalog.values()].sort((a, b) => a.id - b.id);
  for (const kept of before.values()) {
    if (!tables.some(({ id }) => id === kept.id)) state.delete(countKey(kept));
  }
  // What an unfinished setup of others has left is among that.
  let from = idBytes(0);
  for (const { id } of tables) {
    const range = keyRange({ from, to: idBytes(id) });
    if (range) rows.delete(range);
    from = idBytes(id + 1);
  }
  rows.delete(IDBKeyRange.lowerBound(from));
  for (const kept of tables) await rowCount(stores, kept);
}

function addAll(data: TableData, rows: readonly StoredRow[]): void {
  const { def } = data;
  const columns = def.columns.map(({ name }) => name);
  new ResidentTables(new Map([[def.name, data]]))
    .write([{ table: def, kind: "insert", columns, before: [], after: rows }]);
}

/** A table with one more index. */
function tableWith(
  def: TableDef,
  { columns, unique }: { readonly columns: readonly ColumnDef[]; readonly unique: boolean },
): TableDef {
  const stored = storedTable(def, () => 0);
  return tableOf({
    ...stored,
    indexes: [...stored.indexes, { columns: columns.map(({ name }) => name), unique }],
  });
}
