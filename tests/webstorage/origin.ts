import type { Faults } from "../support/faults.ts";
import { type Area, type AreaSource, openArea } from "../../webstorage/area.ts";
import { openWebStorage } from "../../webstorage/open.ts";
import type { WebStorage, WebStorageOptions } from "../../webstorage/mod.ts";

interface StorageEventFields {
  readonly storageArea: Storage;
  readonly key: string | null;
  readonly newValue: string | null;
}

/** One area of an origin with its tabs. Events wait until they are delivered. */
export class Origin {
  readonly items = new Map<string, string>();
  readonly #tabs = new Set<Tab>();
  readonly #events: {
    readonly from: Tab;
    readonly fields: Omit<StorageEventFields, "storageArea">;
  }[] = [];
  /** In UTF-16 units of keys and values, as Chromium counts. */
  quota: number;

  constructor({ quota = Infinity }: { quota?: number } = {}) {
    this.quota = quota;
  }
  get units(): number {
    return [...this.items].reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  }
  tab(): Tab {
    const tab = new Tab(this);
    this.#tabs.add(tab);
    return tab;
  }
  send(from: Tab, key: string | null, newValue: string | null): void {
    this.#events.push({ from, fields: { key, newValue } });
  }
  /** Lets all tabs hear what others did, in order. */
  deliver(): void {
    for (let next = this.#events.shift(); next; next = this.#events.shift()) {
      for (const tab of this.#tabs) if (tab !== next.from) tab.hear(next.fields);
    }
  }
}

/** What one tab sees of an origin. */
export class Tab {
  readonly events = new EventTarget();
  readonly storage: Storage;

  constructor(origin: Origin) {
    this.storage = tabStorage(origin, this);
  }
  hear(fields: Omit<StorageEventFields, "storageArea">): void {
    const event = Object.assign(new Event("storage"), fields, { storageArea: this.storage });
    this.events.dispatchEvent(event);
  }
  /** The area as a page opens it, on `storage` instead of the tab's own, if given. */
  area(more: Partial<AreaSource> = {}): Area {
    return openArea("local", { storage: () => this.storage, events: this.events, ...more });
  }
  open(options?: WebStorageOptions): WebStorage {
    return openWebStorage(this.area(), options);
  }
}

/** The error of a browser whose quota is used up. */
export function quotaError(): Error {
  return new DOMException("full", "QuotaExceededError");
}

function tabStorage(origin: Origin, tab: Tab): Storage {
  const { items } = origin;
  return {
    get length() {
      return items.size;
    },
    // Engines order keys as they like.
    key: (index: number) => [...items.keys()].reverse()[index] ?? null,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, text: string) {
      const before = items.get(key);
      const more = text.length - (before === undefined ? -key.length : before.length);
      if (origin.units + more > origin.quota) throw quotaError();
      items.set(key, text);
      if (text !== before) origin.send(tab, key, text);
    },
    removeItem(key: string) {
      if (items.delete(key)) origin.send(tab, key, null);
    },
    clear() {
      if (items.size > 0) origin.send(tab, null, null);
      items.clear();
    },
  };
}

/** A clock that stands still until it is moved. */
export class Clock {
  time: number;
  constructor(time = 1_000) {
    this.time = time;
  }
  readonly now = (): number => this.time;
}

/** `storage`, its length included, with each call as `faults` says. */
export function faultyStorage(storage: Storage, faults: Faults): Storage {
  return {
    get length() {
      return faults.call(() => storage.length);
    },
    key: (index) => faults.call(() => storage.key(index)),
    getItem: (key) => faults.call(() => storage.getItem(key)),
    setItem: (key, text) => faults.call(() => storage.setItem(key, text)),
    removeItem: (key) => faults.call(() => storage.removeItem(key)),
    clear: () => faults.call(() => storage.clear()),
  };
}
