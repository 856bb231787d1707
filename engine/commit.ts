import { keyIn, keyOf, type MapKey } from "../schema/key.ts";
import type { SchemaDef } from "../schema/open.ts";
import type { TableDef } from "../schema/table.ts";
import type { AnyTable, StoredRow } from "../schema/types.ts";
import type { TableData } from "./table_data.ts";

/** What happened to one row in a commit. */
export interface Change<R = unknown, K = unknown> {
  /** The row's key: a value, or a tuple if it is compound. */
  readonly key: K;
  /** An eviction never looks like a delete. */
  readonly kind: "insert" | "update" | "delete" | "evict";
  /** Columns written, whether or not the value changed. */
  readonly columns: readonly string[];
  /** The row before; absent for an insert. */
  readonly before?: R;
  /** The row after; absent for a delete or an eviction. */
  readonly after?: R;
}

/** A set of writes that happened at once. */
export interface Commit {
  /** A UUIDv7. */
  readonly id: string;
  /**
   * 1, 2, 3... per database, without gaps, in commit order. A change by strangers, that
   * is no commit of ours, has a fresh id, the seq of the last commit before it, and
   * source `"process"`.
   */
  readonly seq: number;
  /** What the writer called itself. */
  readonly origin?: string;
  /** Who made it: this source, another tab, another process, or a replica. */
  readonly source: "local" | "tab" | "process" | "remote";
  /** "unknown": changed from outside an SQL driver; read the table again. */
  readonly tables: ReadonlyMap<AnyTable, readonly Change[] | "unknown">;
  /** Values of the schema that were set, by name. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Why a commit was made. */
export type CommitKind = "user" | "migration" | "evict" | "seed" | "remote";

/** A write to rows of one table: what a transaction logs, and what undoes it. */
export interface RowEntry {
  readonly data: TableData;
  readonly kind: Change["kind"];
  readonly columns: readonly string[];
  /** The rows before; empty for inserts. */
  readonly before: readonly StoredRow[];
  /** The rows after, in the same order; empty for deletes and evictions. */
  readonly after: readonly StoredRow[];
}
/** The same of a table wherever its rows are. */
export type RowWrite = Omit<RowEntry, "data"> & { readonly data: { readonly def: TableDef } };
/** A write to a value of the schema. */
export interface ValueEntry {
  readonly value: string;
  readonly before: unknown;
  readonly after: unknown;
}
/** One write of a transaction. */
export type Entry = RowEntry | ValueEntry;

/** What a commit has beside its writes. */
export interface CommitHead {
  readonly schema: SchemaDef;
  readonly id: string;
  readonly seq: number;
  readonly time: number;
  readonly kind: CommitKind;
  readonly origin: string | undefined;
  readonly source: Commit["source"];
}

/** A commit as listeners get it; the fields that {@linkcode Commit} has not are for its record. */
export class CommitValue implements Commit {
  declare readonly id: string;
  declare readonly seq: number;
  declare readonly origin?: string;
  declare readonly source: Commit["source"];
  readonly tables: ReadonlyMap<AnyTable, readonly Change[]>;
  declare readonly values?: Readonly<Record<string, unknown>>;
  readonly time: number;
  readonly kind: CommitKind;
  /** The ids of its tables and columns come from here. */
  readonly schema: SchemaDef;

  constructor(head: CommitHead, entries: readonly (RowWrite | ValueEntry)[]) {
    this.id = head.id;
    this.seq = head.seq;
    if (head.origin !== undefined) this.origin = head.origin;
    this.source = head.source;
    this.time = head.time;
    this.kind = head.kind;
    this.schema = head.schema;
    const values = entries.filter((entry) => "value" in entry);
    if (values.length > 0) {
      this.values = Object.fromEntries(values.map(({ value, after }) => [value, after]));
    }
    this.tables = netChanges(entries.filter((entry) => "data" in entry));
  }
}

/** A table as its users know it. */
export function publicTable(def: TableDef): AnyTable {
  // A definition is what is behind every table; its types are phantom.
  return def as unknown as AnyTable;
}

/** The changes of each table; several writes to one row are one change. */
export function netChanges(entries: readonly RowWrite[]): Map<AnyTable, Change[]> {
  const byTable = new Map<TableDef, RowWrite[]>();
  for (const entry of entries) {
    const { def } = entry.data;
    const list = byTable.get(def);
    if (list) list.push(entry);
    else byTable.set(def, [entry]);
  }
  const tables = new Map<AnyTable, Change[]>();
  for (const [def, list] of byTable) {
    const [only] = list;
    const changes = list.length === 1 && only ? entryChanges(def, only) : merged(def, list);
    if (changes.length > 0) tables.set(publicTable(def), changes);
  }
  return tables;
}

function entryChanges(def: TableDef, { kind, columns, before, after }: RowWrite): Change[] {
  const count = Math.max(before.length, after.length);
  return Array.from({ length: count }, (_, i) => change(def, kind, columns, before[i], after[i]));
}

function change(
  def: TableDef,
  kind: Change["kind"],
  columns: readonly string[],
  before: StoredRow | undefined,
  after: StoredRow | undefined,
): Change {
  return {
    key: keyOf(def, after ?? before ?? {}),
    kind,
    columns,
    ...(before && { before }),
    ...(after && { after }),
  };
}

function merged(def: TableDef, list: readonly RowWrite[]): Change[] {
  const found = new Map<MapKey, Change<StoredRow>>();
  for (const entry of list) {
    for (const next of entryChanges(def, entry)) {
      // Entries hold stored rows, so their changes do.
      const { kind, columns, before, after } = next as Change<StoredRow>;
      const key = keyIn(def.key, after ?? before ?? {});
      const known = found.get(key);
      const first = known ? known.before : before;
      if (!first && !after) found.delete(key); // came and went
      else {
        const net = !first ? "insert" : after ? "update" : kind;
        const all = net === "update" && known
          ? [...new Set([...known.columns, ...columns])]
          : columns;
        const written = net === "insert" && known ? known.columns : all;
        // As above.
        found.set(key, change(def, net, written, first, after) as Change<StoredRow>);
      }
    }
  }
  return [...found.values()];
}
