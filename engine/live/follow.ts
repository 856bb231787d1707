import { keyIn, type MapKey } from "../../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Follow } from "../lookup.ts";
import type { Tables } from "../stage.ts";
import type { TableData } from "../table_data.ts";
import type { Changes } from "./changes.ts";
import { pace } from "./pace.ts";

/** A row for which lookups are made: of the root for joins and `exists`, of the result for includes. */
export interface Owner {
  readonly key: MapKey;
  /** Its lookups, the last one first. */
  notes: Note | undefined;
}
interface Note {
  readonly asked: Asked;
  readonly key: MapKey;
  readonly more: Note | undefined;
}

/** Who has looked for which values of some columns of a table. */
interface Asked {
  readonly data: TableData;
  readonly columns: readonly ColumnDef[];
  readonly owners: Map<MapKey, Set<Owner>>;
}
/** Rows by the values of columns that no index serves; read at the first lookup. */
interface Hash {
  readonly data: TableData;
  readonly columns: readonly ColumnDef[];
  rows: Map<MapKey, Map<MapKey, StoredRow>> | undefined;
}

function put(map: NonNullable<Hash["rows"]>, key: MapKey, at: MapKey, row: StoredRow): void {
  const rows = map.get(key);
  if (rows) rows.set(at, row);
  else map.set(key, new Map([[at, row]]));
}

/**
 * Tables that remember who looked up what. While `run` works for an owner, each lookup notes that the owner depends on the rows with those values, whether
 * or not there are any; a commit then leads from its rows to their owners.
 */
export class Following implements Tables, Follow {
  readonly follow = this;
  readonly #tables: Tables;
  readonly #paused: boolean;
  readonly #asked: Asked[] = [];
  readonly #hashes: Hash[] = [];
  #running = false;
  /** What the owner at hand has looked for. */
  #notes: Note | undefined;

  /** `paused` says that all tables are read in steps. */
  constructor(tables: Tables, paused = false) {
    this.#tables = tables;
    this.#paused = paused;
  }

  data(def: TableDef): TableData {
    return this.#tables.data(def);
  }
  asked(data: TableData, columns: readonly ColumnDef[]): (key: MapKey) => void {
    const asked: Asked = { data, columns, owners: new Map() };
    this.#asked.push(asked);
    return (key) => {
      if (this.#running) this.#notes = { asked, key, more: this.#notes };
    };
  }
  rows(data: TableData, columns: readonly ColumnDef[]): (key: MapKey) => Iterable<StoredRow> {
    const hash: Hash = { data, columns, rows: undefined };
    this.#hashes.push(hash);
    return (key) => (hash.rows ??= this.#read(hash)).get(key)?.values() ?? [];
  }
  avoids(data: TableData, index: IndexDef | undefined): boolean {
    return this.#paused && data.size > pace().mostAtOnce && !data.built(index);
  }
  /** Reads in steps what lookups without an index will need; commits that come in between may be taken in. */
  *warm(): Generator<number, void> {
    const { stepRows } = pace();
    for (const hash of this.#hashes) {
      const { data, columns } = hash;
      // Rows have their places, so one that has changed meanwhile may come twice.
      const rows: NonNullable<Hash["rows"]> = hash.rows = new Map();
      let count = 0;
      for (const row of data.values()) {
        put(rows, keyIn(columns, row), keyIn(data.def.key, row), row);
        if (++count % stepRows > 0) continue;
        yield stepRows;
        this.#tables.data(data.def); // without what others hold back
      }
    }
  }
  #read({ data, columns }: Hash): NonNullable<Hash["rows"]> {
    const rows: NonNullable<Hash["rows"]> = new Map();
    data.each((row) => (put(rows, keyIn(columns, row), keyIn(data.def.key, row), row), true));
    return rows;
  }

  /** Works for an owner, whose lookups from before are forgotten. */
  run<T>(owner: Owner, work: () => T): T {
    this.#running = true;
    this.#notes = undefined;
    try {
      return work();
    } finally {
      this.#running = false;
      this.#settle(owner);
    }
  }
  #settle(owner: Owner): void {
    const notes = this.#notes;
    // Most owners look for the same again.
    if (sameNotes(owner.notes, notes)) return;
    this.release(owner);
    owner.notes = notes;
    for (let note = notes; note; note = note.more) {
      const { asked, key } = note;
      const owners = asked.owners.get(key);
      if (owners) owners.add(owner);
      else asked.owners.set(key, new Set([owner]));
    }
  }
  release(owner: Owner): void {
    for (let note = owner.notes; note; note = note.more) {
      const { asked, key } = note;
      const all = asked.owners.get(key);
      all?.delete(owner);
      if (all?.size === 0) asked.owners.delete(key);
    }
    owner.notes = undefined;
  }

  /** Who has looked for the values of a row, where there is one lookup. */
  owners(row: StoredRow): ReadonlySet<Owner> | undefined {
    const [asked] = this.#asked;
    return asked?.owners.get(keyIn(asked.columns, row));
  }

  /** Takes a commit in; gives the owners that may see other rows now. */
  affected(changes: Changes): Set<Owner> {
    for (const { data, columns, rows } of this.#hashes) {
      if (!rows) continue;
      for (const { key, before, after } of changes.of(data)) {
        if (before) {
          const at = keyIn(columns, before);
          const same = rows.get(at);
          same?.delete(key);
          if (same?.size === 0) rows.delete(at);
        }
        if (after) put(rows, keyIn(columns, after), key, after);
      }
    }
    const found = new Set<Owner>();
    for (const { data, columns, owners } of this.#asked) {
      for (const { before, after } of changes.of(data)) {
        const [from, to] = [before && keyIn(columns, before), after && keyIn(columns, after)];
        if (from !== undefined) owners.get(from)?.forEach((owner) => found.add(owner));
        if (to !== undefined && to !== from) owners.get(to)?.forEach((owner) => found.add(owner));
      }
    }
    return found;
  }
}

function sameNotes(a: Note | undefined, b: Note | undefined): boolean {
  let [one, other] = [a, b];
  while (one && other && one.asked === other.asked && one.key === other.key) {
    [one, other] = [one.more, other.more];
  }
  return one === other;
}
