import { keyIn, type MapKey } from "../../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Follow } from "../lookup.ts";
import type { Tables } from "../stage.ts";
import type { TableData } from "../table_data.ts";
import type { Changes } from "./changes.ts";
import { pace } from "./pace.ts";

/** Who has looked for which values of some columns of a table. */
interface Asked {
  readonly data: TableData;
  readonly columns: readonly ColumnDef[];
  readonly owners: Map<MapKey, Set<MapKey>>;
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
 * Tables that remember who looked up what. While `run` works for an owner (a row of the root, or
 * of the result), each lookup notes that the owner depends on the rows with those values, whether
 * or not there are any; a commit then leads from its rows to their owners.
 */
export class Following implements Tables, Follow {
  readonly follow = this;
  readonly #tables: Tables;
  readonly #paused: boolean;
  readonly #asked: Asked[] = [];
  readonly #hashes: Hash[] = [];
  readonly #notes = new Map<MapKey, (readonly [Asked, MapKey])[]>();
  #owner: MapKey = null;
  #running: (readonly [Asked, MapKey])[] | undefined;

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
      if (!this.#running) return;
      this.#running.push([asked, key]);
      const owners = asked.owners.get(key);
      if (owners) owners.add(this.#owner);
      else asked.owners.set(key, new Set([this.#owner]));
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
  run<T>(owner: MapKey, work: () => T): T {
    this.release(owner);
    this.#owner = owner;
    const notes = this.#running = [];
    try {
      return work();
    } finally {
      this.#running = undefined;
      if (notes.length > 0) this.#notes.set(owner, notes);
    }
  }
  release(owner: MapKey): void {
    for (const [{ owners }, key] of this.#notes.get(owner) ?? []) {
      const all = owners.get(key);
      all?.delete(owner);
      if (all?.size === 0) owners.delete(key);
    }
    this.#notes.delete(owner);
  }

  /** Who has looked for the values of a row, where there is one lookup. */
  owners(row: StoredRow): ReadonlySet<MapKey> | undefined {
    const [asked] = this.#asked;
    return asked?.owners.get(keyIn(asked.columns, row));
  }

  /** Takes a commit in; gives the owners that may see other rows now. */
  affected(changes: Changes): Set<MapKey> {
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
    const found = new Set<MapKey>();
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
