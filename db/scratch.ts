import { keyIn } from "../schema/key.ts";
import { type TableDef, tableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import {
  type Change,
  type Effect,
  type Entry,
  netChanges,
  redo,
  type RowEntry,
  TableData,
  type Workspace,
} from "../engine/mod.ts";

/** What verbs need to know of a database. */
export interface Context {
  /** @throws {TypeError} When the table is not in the schema. */
  table(table: unknown): TableDef;
  /** Gives UUIDv7s. */
  readonly fresh: () => string;
}

/**
 * The rows that one verb is about, fetched for it, so that what the engine does for a store it does for
 * any driver. What was done comes out as effects.
 */
export class Scratch implements Workspace {
  readonly #context: Context;
  readonly #tables = new Map<TableDef, TableData>();
  readonly #log: RowEntry[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  get fresh(): () => string {
    return this.#context.fresh;
  }
  data(table: unknown): TableData {
    const def = this.#context.table(table);
    let data = this.#tables.get(def);
    if (!data) this.#tables.set(def, data = new TableData(def));
    return data;
  }
  /** Takes in rows that are there. */
  load(def: TableDef, rows: Iterable<StoredRow | undefined>): void {
    const data = this.data(def);
    for (const row of rows) {
      if (!row) continue;
      const key = keyIn(def.key, row);
      if (!data.get(key)) data.add(key, row);
    }
  }
  apply(entry: RowEntry): void {
    redo(entry);
    this.#log.push(entry);
  }
  log(entry: Entry): void {
    if (!("value" in entry)) this.#log.push(entry);
  }

  /** What was done: where rows were written more than once, what came of it. */
  effects(): Effect[] {
    const [only] = this.#log;
    if (this.#log.length <= 1) return only ? [effectOf(only)] : [];
    return [...netChanges(this.#log)].flatMap(([table, changes]) =>
      // Changes of entries hold stored rows.
      grouped(tableDef(table), changes as readonly Change<StoredRow>[])
    );
  }
}

function effectOf({ data, kind, columns, before, after }: RowEntry): Effect {
  return { table: data.def, kind, columns, before, after };
}

/**
 * Deletes, then updates by the columns they write, then inserts: a value that is freed can be taken.
 * Updates of unique columns are one effect, since values move within an effect alone.
 */
function grouped(table: TableDef, changes: readonly Change<StoredRow>[]): Effect[] {
  const written = new Set(changes.flatMap(({ kind, columns }) => kind === "update" ? columns : []));
  const moving = table.indexes.some(({ unique, columns }) =>
    unique && columns.some(({ name }) => written.has(name))
  );
  const all = table.columns.map(({ name }) => name).filter((name) => written.has(name));
  const groups = new Map<string, Effect & { before: StoredRow[]; after: StoredRow[] }>();
  for (const kind of ["delete", "evict", "update", "insert"] as const) {
    for (const change of changes) {
      if (change.kind !== kind) continue;
      const columns = kind === "update" && moving ? all : change.columns;
      const name = JSON.stringify([kind, ...columns]);
      let group = groups.get(name);
      if (!group) groups.set(name, group = { table, kind, columns, before: [], after: [] });
      if (change.before) group.before.push(change.before);
      if (change.after) group.after.push(change.after);
    }
  }
  return [...groups.values()];
}
