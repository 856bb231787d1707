import { query } from "../../query/mod.ts";
import { tableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Heard } from "../core_tables.ts";
import type { CacheStore } from "./store.ts";
import { ENTRIES, type EntryRow, isOver, TAGS, tagsOf } from "./tables.ts";
import type { CacheEvent } from "./types.ts";

const DEF = tableDef(ENTRIES);

/** What somebody wants to hear of. */
export type Target = { readonly key: string } | { readonly tag: string };

/** Somebody who listens, and what the entries were when it heard of them last. */
interface Subscription {
  readonly target: Target;
  tell(event: CacheEvent): void;
  /** The entries concerned by key; undefined until they have been looked up. */
  known: Known | undefined;
  /** What was told since somebody began to look them up, by key. */
  told: Map<string, EntryRow | undefined>;
}

type Known = Map<string, Pick<EntryRow, "version" | "dies">>;

/**
 * Tells what happens to entries: from the commits made here, and of those made elsewhere from what is different
 * then, since drivers tell of them only which tables they have written.
 */
export class Events {
  readonly #open: () => Promise<CacheStore>;
  readonly #subscriptions = new Set<Subscription>();
  #stop: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(open: () => Promise<CacheStore>) {
    this.#open = open;
  }

  add(target: Target, tell: (event: CacheEvent) => void): () => void {
    const subscription: Subscription = { target, tell, known: undefined, told: new Map() };
    this.#subscriptions.add(subscription);
    this.#open().then((store) => {
      if (this.#subscriptions.size === 0) return;
      this.#stop ??= store.onWrite((heard) => this.#hear(store, heard));
      return this.#look(store);
    }).catch(() => {}); // who uses the cache meets it
    return () => {
      this.#subscriptions.delete(subscription);
      if (this.#subscriptions.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
    };
  }

  #hear(store: CacheStore, heard: Heard): void {
    if ("outside" in heard) {
      if (heard.outside.includes(DEF)) void this.#look(store).catch(() => {}); // as above
      return;
    }
    for (const { table, kind, columns, before, after } of heard.effects) {
      if (table !== DEF || kind === "update" && !columns.includes("version")) continue;
      const now = store.now();
      const count = Math.max(before.length, after.length);
      for (let i = 0; i < count; i++) {
        // Rows of that table.
        const [was, is] = [before[i], after[i]] as (EntryRow | undefined)[];
        const row = is ?? was;
        const key = row && store.keyOf(row.key);
        if (row === undefined || key === undefined) continue;
        const gone = kind === "delete" ? "delete" : isOver(row, now) ? "expire" : "evict";
        this.#tell({ key, kind: is ? "set" : gone }, was, is);
      }
    }
  }
  #tell(event: CacheEvent, was: EntryRow | undefined, is: EntryRow | undefined): void {
    for (const subscription of [...this.#subscriptions]) {
      const { target, known } = subscription;
      const concerns = "key" in target
        ? target.key === event.key
        : [was, is].some((row) => row !== undefined && tagsOf(row).includes(target.tag));
      if (!concerns) continue;
      if (is) known?.set(event.key, is);
      else known?.delete(event.key);
      subscription.told.set(event.key, is);
      this.#call(subscription, event);
    }
  }
  #call(subscription: Subscription, event: CacheEvent): void {
    if (!this.#subscriptions.has(subscription)) return; // it has ended meanwhile
    try {
      subscription.tell(event);
    } catch (error) {
      console.error(error); // the others are still to hear of it
    }
  }

  /** Looks what is different for each, one time after the other. */
  #look(store: CacheStore): Promise<void> {
    this.#again = true;
    return this.#looking ??= (async () => {
      try {
        while (this.#again) {
          this.#again = false;
          for (const subscription of [...this.#subscriptions]) {
            await this.#compare(store, subscription);
          }
        }
      } finally {
        this.#looking = undefined;
      }
    })();
  }
  async #compare(store: CacheStore, subscription: Subscription): Promise<void> {
    const told = subscription.told = new Map();
    const found = await this.#find(store, subscription.target);
    // Of what was written here meanwhile, what was found may be the state before.
    for (const [key, row] of told) {
      if (row) found.set(key, row);
      else found.delete(key);
    }
    const before = subscription.known;
    if (!before) {
      subscription.known = found;
      return;
    }
    const now = store.now();
    const keys = new Set([...before.keys(), ...found.keys()]);
    for (const key of keys) {
      const [was, is] = [before.get(key), found.get(key)];
      if (was?.version === is?.version) continue;
      if (is) before.set(key, is);
      else before.delete(key);
      const gone = was && isOver(was, now) ? "expire" : "delete";
      this.#call(subscription, { key, kind: is ? "set" : gone });
    }
  }
  async #find(
    store: CacheStore,
    target: Target,
  ): Promise<Known> {
    const keys = "key" in target
      ? [target.key]
      : (await store.source.all(query(TAGS).where({ tag: store.prefix + target.tag })))
        .flatMap((row: StoredRow) => store.keyOf(String(row["key"])) ?? []);
    const rows = await store.rows(keys);
    return new Map(keys.flatMap((key, i) => {
      const row = rows[i];
      return row ? [[key, { version: row.version, dies: row.dies }] as const] : [];
    }));
  }
}
