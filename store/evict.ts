import { quote } from "../schema/errors.ts";
import { keyIn, type MapKey } from "../schema/key.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast } from "../query/ast.ts";
import type { Engine, Entry } from "../engine/mod.ts";
import type { TableData } from "../engine/table_data.ts";
import { KeyQueue } from "./key_queue.ts";

/** The limits of a table, and its keys in two orders: an update moves a key to the end. */
interface Limits {
  readonly data: TableData;
  readonly maxRows: number;
  readonly ttlMs: number;
  /** Least recently used first. */
  readonly used: KeyQueue;
  /** When each row was written, the oldest first. */
  readonly written: KeyQueue;
}

/**
 * Keeps tables within their limits. What goes, goes in a commit of kind `evict`, which deletes
 * nothing that references it and cannot be undone.
 */
export class Eviction {
  readonly #engine: Engine;
  readonly #tables: readonly Limits[];
  #busy = false;

  /** @throws {TypeError} When a table is unknown. @throws {RangeError} When a limit is none. */
  constructor(
    engine: Engine,
    limits: Readonly<Record<string, { readonly maxRows?: number; readonly ttlMs?: number }>>,
  ) {
    this.#engine = engine;
    this.#tables = Object.keys(limits).map((name) => {
      const def = engine.schema.byName.get(name);
      if (!def) {
        throw new TypeError(
          `Cannot evict from ${quote(name)} as the schema lists its tables: it is not there`,
        );
      }
      const { maxRows = Infinity, ttlMs = Infinity } = limits[name] ?? {};
      if (
        !(maxRows === Infinity || Number.isSafeInteger(maxRows) && maxRows >= 0) || !(ttlMs >= 0)
      ) {
        throw new RangeError(
          `Cannot evict from ${
            quote(name)
          } as its limits are a whole number and a time from 0: got another`,
        );
      }
      return {
        data: engine.data(def),
        maxRows,
        ttlMs,
        used: new KeyQueue(),
        written: new KeyQueue(),
      };
    });
  }

  /** Takes note of a commit, then brings its tables back to their sizes. */
  record(entries: readonly Entry[]): void {
    const now = this.#engine.now();
    for (const entry of entries) {
      if ("value" in entry) continue;
      const limits = this.#tables.find(({ data }) => data === entry.data);
      if (!limits) continue;
      const { key } = entry.data.def;
      for (const row of entry.before) forget(limits, keyIn(key, row));
      for (const row of entry.after) {
        const at = keyIn(key, row);
        if (entry.data.get(at) !== row) continue; // a later write of the commit has it
        limits.used.push(at, now);
        limits.written.push(at, now);
      }
    }
  }

  /** Rows were read. */
  used(data: TableData, rows: readonly StoredRow[]): void {
    const limits = this.#tables.find((item) => item.data === data);
    if (!limits) return;
    for (const row of rows) {
      const key = keyIn(data.def.key, row);
      if (limits.used.has(key)) limits.used.push(key, 0);
    }
  }
  /** Rows of a query were read; of one that gives other rows than its table's the use is unknown. */
  usedBy(ast: Ast, rows: readonly StoredRow[]): void {
    if (!ast.select && ast.steps.every(({ kind }) => kind !== "group")) {
      this.used(this.#engine.data(ast.table), rows);
    }
  }

  /** Evicts what is too old or too much; nothing inside a transaction. */
  sweep(): void {
    if (this.#busy || this.#engine.inTransaction) return;
    this.#busy = true;
    try {
      const now = this.#engine.now();
      for (const limits of this.#tables) this.#sweepTable(limits, now);
    } finally {
      this.#busy = false;
    }
  }

  #sweepTable({ data, maxRows, ttlMs, used, written }: Limits, now: number): void {
    const keys = new Set<MapKey>();
    for (let old = written.first; old && now - old.time >= ttlMs; old = old.next) keys.add(old.key);
    let over = data.size - keys.size - maxRows;
    for (let old = used.first; old && over > 0; old = old.next) {
      if (keys.has(old.key)) continue;
      keys.add(old.key);
      over--;
    }
    if (keys.size === 0) return;
    const before = [...keys].map((key) => data.get(key)).filter((row) => row !== undefined);
    this.#engine.write(
      () => this.#engine.apply({ data, kind: "evict", columns: [], before, after: [] }),
      { kind: "evict" },
    );
  }
}

function forget({ used, written }: Limits, key: MapKey): void {
  used.delete(key);
  written.delete(key);
}
