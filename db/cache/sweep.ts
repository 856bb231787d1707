import { tableDef } from "../../schema/table.ts";
import { gt, query, startsWith } from "../../query/mod.ts";
import type { TableData, Tables } from "../../engine/mod.ts";
import { later } from "./later.ts";
import type { CacheStore } from "./store.ts";
import { ENTRIES, type EntryRow, isOver } from "./tables.ts";
import { sweepWork } from "./works.ts";

/** So long a step works at most, about; half of it may be what is looked through, half what is deleted. */
const STEP_MS = 2;
/** So long a commit takes at most, about, where its time is not this thread's. */
const WAIT_MS = 50;
/** Rows of one look. */
const LOOK = 256;
/** A pass through all entries is followed by another no sooner than this, by the clock of the cache. */
const PAUSE_MS = 1_000;
const DEF = tableDef(ENTRIES);

/**
 * Deletes what is over, in short steps between which everybody else comes in. A pass goes through all entries
 * once; it begins with a write or read that finds that it is time, so nothing waits where nothing is used.
 */
export class Sweeper {
  readonly #store: CacheStore;
  /** Keys that were found to be over. */
  #found = new Set<string>();
  /** When the next pass may begin, and the first time that anything may be over. */
  #next = -Infinity;
  #soonest = -Infinity;
  #walk: AsyncGenerator<void, void, void> | undefined;
  /** How many entries go in one commit. */
  #most = 64;
  #cancel: (() => void) | undefined;
  #running = false;
  #ended = false;

  constructor(store: CacheStore) {
    this.#store = store;
    void store.source.core.closed.then(() => this.#end());
  }
  #end(): void {
    this.#ended = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** Takes note that an entry is over. */
  found(key: string): void {
    this.#found.add(key);
    this.#schedule();
  }
  /** Takes note that an entry was written that will be over at a time. */
  wrote(dies: number | null): void {
    if (dies !== null && dies < this.#soonest) this.#soonest = dies;
  }
  /** Begins a pass if it is time. */
  look(): void {
    if (this.#soonest === Infinity || this.#walk) return;
    const now = this.#store.now();
    if (now < this.#next || now < this.#soonest) return;
    this.#soonest = Infinity;
    this.#walk = this.#pass();
    this.#schedule();
  }
  #schedule(): void {
    if (this.#ended || this.#running || this.#cancel) return;
    this.#cancel = later(() => {
      this.#cancel = undefined;
      this.#running = true;
      this.#step().catch(() => {
        this.#walk = undefined; // who uses the cache meets what is wrong; the next pass begins anew
      }).finally(() => {
        this.#running = false;
        if (this.#walk || this.#found.size > 0) this.#schedule();
      });
    });
  }

  async #step(): Promise<void> {
    const start = performance.now();
    while (this.#found.size < this.#most && this.#walk) {
      const { done } = await this.#walk.next();
      if (done) this.#walk = undefined;
      if (performance.now() - start > STEP_MS / 2) break;
    }
    const keys = [...this.#found].slice(0, this.#most);
    if (keys.length === 0) return;
    for (const key of keys) this.#found.delete(key);
    const since = performance.now();
    await this.#store.commit((place) => sweepWork(place, keys), "evict");
    const ms = performance.now() - since;
    const most = this.#store.atOnce ? STEP_MS / 2 : WAIT_MS;
    if (ms > most) this.#most = Math.max(16, this.#most >> 1);
    else if (ms < most / 2) this.#most = Math.min(512, this.#most << 1);
  }

  async *#pass(): AsyncGenerator<void, void, void> {
    const data = this.#inMemory();
    if (data) yield* this.#walkTable(data);
    else yield* this.#walkPages(this.#store.prefix);
    this.#next = this.#store.now() + PAUSE_MS;
  }
  /** The rows, where the driver has them in memory; it may have those of the user alone there. */
  #inMemory(): TableData | undefined {
    // A driver that has tables has those of the engine.
    const tables = this.#store.source.core.session.live() as Tables | undefined;
    try {
      return tables?.data(DEF);
    } catch {
      return undefined;
    }
  }
  *#walkTable(data: TableData): Generator<void, void, void> {
    const { prefix, now } = this.#store;
    let looked = 0;
    for (const row of data.rows()) {
      const entry = row as EntryRow; // of that table
      if (entry.key.startsWith(prefix)) this.#take(entry, now());
      if (++looked % LOOK === 0) yield;
    }
  }
  async *#walkPages(prefix: string): AsyncGenerator<void, void, void> {
    const { source, now } = this.#store;
    const all = query(ENTRIES).where({ key: startsWith(prefix) });
    let page: readonly Pick<EntryRow, "key" | "dies">[] = [];
    do {
      const last = page.at(-1)?.key;
      const rest = last === undefined ? all : all.where({ key: gt(last) });
      page = await source.all(rest.orderBy("key").limit(LOOK).select("key", "dies"));
      for (const row of page) this.#take(row, now());
      yield;
    } while (page.length === LOOK);
  }
  #take(row: Pick<EntryRow, "key" | "dies">, now: number): void {
    if (isOver(row, now)) this.#found.add(row.key);
    else this.wrote(row.dies);
  }
}
