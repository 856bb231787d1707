import { tableDef } from "../../schema/table.ts";
import { utf8Length } from "../../schema/names.ts";
import { query, startsWith } from "../../query/mod.ts";
import type { CommitKind, Effect } from "../../engine/mod.ts";
import type { Maybe, Work } from "../driver.ts";
import { type CoreTables, coreTables, type Heard } from "../core_tables.ts";
import type { Transaction } from "../types.ts";
import { Account } from "./account.ts";
import { CACHES, ENTRIES, type EntryRow, TABLES, USES } from "./tables.ts";
import type { Place } from "./place.ts";
import { Sweeper } from "./sweep.ts";

/** How a cache was opened. */
export interface Settings {
  readonly name: string;
  readonly ttlMs: number;
  readonly staleMs: number;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly now: () => number;
}

const DEF = tableDef(ENTRIES);

/** What is read of {@linkcode CACHES} when a cache is opened. */
interface RowOfCache {
  readonly id: number;
  readonly limited: boolean;
}

/** Where the entries of one cache are, once its tables are there. */
export class CacheStore {
  readonly prefix: string;
  readonly account: Account | undefined;
  readonly source: CoreTables;
  readonly now: () => number;
  readonly sweeper: Sweeper;
  /** Versions are a random part and a number. */
  readonly #life = crypto.randomUUID().slice(0, 13);
  #versions = 0;

  private constructor(
    source: CoreTables,
    prefix: string,
    now: () => number,
    /** Whether the driver answers at once, so that its time is time of this thread. */
    readonly atOnce: boolean,
    account?: Account,
  ) {
    this.source = source;
    this.prefix = prefix;
    this.now = now;
    this.account = account;
    this.sweeper = new Sweeper(this);
  }

  /** Makes what is missing, and gives the store. */
  static async open(db: object, options: Settings): Promise<CacheStore> {
    const { name, maxEntries, maxBytes, now } = options;
    const source = await coreTables(db, TABLES);
    const wanted = maxEntries < Infinity || maxBytes < Infinity;
    const asked = source.ask({ ask: "keys", table: tableDef(CACHES), keys: [[name]] });
    const atOnce = !(asked instanceof Promise);
    const [row] = await asked;
    const found = row as RowOfCache | undefined; // a row of that table
    const { id, limited } = found && (found.limited || !wanted)
      ? found
      : await source.transaction((tx) => prepare(tx, name, wanted));
    const account = limited ? new Account(name, id, maxEntries, maxBytes, now) : undefined;
    return new CacheStore(source, prefixOf(id), now, atOnce, account);
  }

  /** The row of a key, at once where the driver answers at once. */
  row(key: string): Maybe<EntryRow | undefined> {
    const found = this.source.ask({ ask: "keys", table: DEF, keys: [[this.prefix + key]] });
    return found instanceof Promise ? found.then(first) : first(found);
  }
  /** The rows of several keys, in their order. */
  async rows(keys: readonly string[]): Promise<readonly (EntryRow | undefined)[]> {
    if (keys.length === 0) return [];
    const asked = keys.map((key) => [this.prefix + key]);
    // Rows of that table.
    return await this.source.ask({ ask: "keys", table: DEF, keys: asked }) as (
      EntryRow | undefined
    )[];
  }

  /** Makes a commit of work on this cache, at once where the driver can. */
  commit<T>(make: (place: Place) => Work<T>, kind?: CommitKind): Maybe<T> {
    const { prefix, now, account } = this;
    const effects: Effect[] = [];
    const place: Place = { prefix, now, account, effects };
    return this.source.commit(() => make(place), effects, kind);
  }
  /** The same with what was written. */
  async noted<T>(
    make: (place: Place) => Work<T>,
  ): Promise<{ readonly value: T; readonly effects: readonly Effect[] }> {
    let effects: readonly Effect[] = [];
    const value = await this.commit((place) => {
      effects = place.effects;
      return make(place);
    });
    return { value, effects };
  }
  /** Another one each time, in all processes. */
  version(): string {
    return `${this.#life}${(this.#versions++).toString(36)}`;
  }
  /** The bytes that an entry counts, where that matters. */
  sizeOf(key: string, value: string): number {
    return this.account ? utf8Length(key) + utf8Length(value) : 0;
  }
  /** The key of a row, as users know it; undefined when it is of another cache. */
  keyOf(key: string): string | undefined {
    return key.startsWith(this.prefix) ? key.slice(this.prefix.length) : undefined;
  }
  onWrite(listener: (heard: Heard) => void): () => void {
    return this.source.onWrite(listener);
  }
}

function first(rows: readonly unknown[]): EntryRow | undefined {
  return rows[0] as EntryRow | undefined; // a row of that table
}

function prefixOf(id: number): string {
  return `${id.toString(36)}:`;
}

/** Gives a cache its number, and begins to count what it has where it is limited. */
async function prepare(
  tx: Transaction,
  name: string,
  limited: boolean,
): Promise<{ readonly id: number; readonly limited: boolean }> {
  const found = await tx.get(CACHES, name);
  if (found && (found.limited || !limited)) return found;
  const last = found ?? await tx.first(query(CACHES).orderBy("id", "desc"));
  const id = found ? found.id : (last?.id ?? 0) + 1;
  let [entries, bytes] = [0, 0];
  if (found) {
    const all = await tx.all(query(ENTRIES).where({ key: startsWith(prefixOf(id)) }));
    for (const row of all) {
      const size = utf8Length(row.key) - prefixOf(id).length + utf8Length(row.value);
      await tx.update(ENTRIES, row.key, { size });
      await tx.upsert(USES, { key: row.key, cache: id, used: ++entries });
      bytes += size;
    }
  }
  return await tx.upsert(CACHES, { name, id, limited, entries, bytes });
}
