import { Signal, signal } from "@preact/signals-core";
import { decode, encode } from "../schema/codec.ts";
import { type Area, PREFIX } from "./area.ts";
import { entryText, parseEntry } from "./entry.ts";
import type { ReadonlySignal, WebStorage, WebStorageOptions } from "./types.ts";

function checkText(text: string): void {
  if (typeof text !== "string") {
    throw new TypeError(`Cannot use a key as keys are strings: got ${typeof text}`);
  }
  // A unit has at most three bytes.
  if (
    /[\0\p{Surrogate}]/u.test(text) ||
    text.length > 341 && new TextEncoder().encode(text).length > 1_024
  ) {
    throw new RangeError(
      "Cannot use a key as keys are well-formed text: malformed, or over 1,024 bytes",
    );
  }
}

function checkNumber(name: string, value: number, fits: boolean): void {
  if (!fits) throw new RangeError(`Cannot set ${name} as it is a number in range: got ${value}`);
}

/** Web storage on an area that the caller has chosen. */
export function openWebStorage(area: Area, options: WebStorageOptions = {}): WebStorage {
  const { namespace = "", version = 0, migrate, maxBytes = Infinity, now = () => Date.now() } =
    options;
  checkText(namespace);
  const prefix = PREFIX + JSON.stringify(namespace);
  checkNumber("version", version, Number.isSafeInteger(version) && version >= 0);
  checkNumber("maxBytes", maxBytes, maxBytes >= 0);
  const ttlOf = (ttlMs = options.ttlMs ?? Infinity) => {
    checkNumber("ttlMs", ttlMs, ttlMs === +ttlMs);
    return ttlMs;
  };
  ttlOf();
  const fullKey = (key: string) => {
    checkText(key);
    return prefix + key;
  };

  /** What is stored for a key and may be read, if its value is not damaged. */
  const look = (full: string) => {
    const entry = parseEntry(area.read(full));
    if (!entry || entry.version > version) return undefined;
    if (entry.expires > now()) return entry;
    area.remove(full);
    return undefined;
  };

  const find = (full: string): { readonly value: unknown } | undefined => {
    const entry = look(full);
    if (!entry) return undefined;
    try {
      let value = decode(entry.json);
      if (entry.version < version) {
        value = migrate?.(full.slice(prefix.length), value, entry.version);
        if (value === undefined) {
          area.remove(full);
          return undefined;
        }
        store(full, encode(value), entry.expires);
      }
      return { value };
    } catch (error) {
      console.error(error);
      return undefined;
    }
  };

  /**
   * Drops what has expired and what is damaged, then the least recently used, while `room` is
   * below zero. Gives what need not have gone. With `counted`, what stays takes room; what `next`
   * had before makes room for what it gets.
   */
  const makeRoom = (next: string, room: number, counted?: boolean) => {
    const live = area.keys(prefix).filter((full) => !area.loose.has(full)).map((full) => {
      const text = area.read(full) ?? "";
      const entry = parseEntry(text);
      return { full, text, entry, size: full.length + text.length, used: area.used.get(full) ?? 0 };
    }).filter(({ full, entry, size }) => {
      const stays = full !== next && entry && entry.expires > now();
      if (stays ? counted : !counted) room += stays ? -size : size;
      if (!stays && full !== next) area.remove(full);
      return stays;
    });
    live.sort((a, b) => a.used - b.used || (a.entry?.written ?? 0) - (b.entry?.written ?? 0));
    return live.filter(({ full, entry, size }) => {
      const goes = room < 0 && entry && entry.version <= version;
      if (goes) {
        room += size;
        area.remove(full);
      }
      return goes;
    });
  };

  const store = (full: string, json: string, expires: number) => {
    const text = entryText({ version, expires, written: now(), json });
    const size = full.length + text.length;
    const most = maxBytes / 2;
    let dropped: ReturnType<typeof makeRoom> = [];
    let fits = size <= most;
    if (fits && most < Infinity) makeRoom(full, most - size, true);
    if (fits && !area.write(full, text)) {
      dropped = makeRoom(full, -size);
      fits = area.write(full, text);
    }
    if (!fits) {
      area.keep(full, text);
      // They went in vain.
      for (const { full, text } of dropped) area.write(full, text);
    }
    area.touch(full);
  };

  /** Calls `changed` with the value whenever what the function it gives is called after a change. */
  const follow = (full: string, changed: (value: unknown) => void) => {
    find(full); // migrating is no change
    let json = look(full)?.json;
    return () => {
      if (look(full)?.json === json) return;
      const found = find(full);
      // Finding may have migrated the value, of which we have then heard already.
      const next = look(full)?.json;
      if (next === json) return;
      json = next;
      changed(found?.value);
    };
  };
  const listen = (full: string, sync: () => void) =>
    area.listen((changed = full) => changed === full && sync());

  const get = (key: string): unknown => {
    const full = fullKey(key);
    const found = find(full);
    if (found) area.touch(full);
    return found?.value;
  };
  const set = (key: string, value: unknown, { ttlMs }: { ttlMs?: number } = {}) => {
    const full = fullKey(key);
    const json = encode(value);
    const ttl = ttlOf(ttlMs);
    if (ttl > 0) store(full, json, now() + ttl);
    else area.remove(full);
  };
  const has = (key: string) => !!find(fullKey(key));
  const remove = (key: string) => {
    const had = has(key);
    area.remove(fullKey(key));
    return had;
  };
  const entries = () =>
    area.keys(prefix).sort().flatMap((full): [string, unknown][] => {
      const found = find(full);
      return found ? [[full.slice(prefix.length), found.value]] : [];
    });

  return {
    // Here and below: who asks for a T has set one, or checks what was stored.
    get: get as WebStorage["get"],
    set,
    has,
    delete: remove,
    clear() {
      for (const full of area.keys(prefix)) area.remove(full);
    },
    keys: () => entries().map(([key]) => key),
    entries,
    update<T>(key: string, fn: (value: T | undefined) => T) {
      const value = fn(get(key) as T | undefined); // see get
      set(key, value);
      return value;
    },
    subscribe(key, listener) {
      const full = fullKey(key);
      return listen(full, follow(full, listener as (value: unknown) => void)); // see get
    },
    signal<T>(key: string) {
      const full = fullKey(key);
      let stop: () => void;
      const found = signal(find(full)?.value, {
        watched: () => stop = listen(full, sync),
        unwatched: () => stop(),
      });
      const accessor = Object.getOwnPropertyDescriptor(Signal.prototype, "value");
      const { get, set } = accessor as Required<PropertyDescriptor>; // it has both, in every version
      const sync = follow(full, (value) => set.call(found, value));
      // Reading finds out what has expired, and what changed while nobody watched. See get.
      return Object.defineProperty(found, "value", {
        get() {
          sync();
          return get.call(found);
        },
      }) as ReadonlySignal<T | undefined>;
    },
    getItem(key) {
      const value = get(key);
      return typeof value === "string" ? value : null;
    },
    setItem: (key, value) => set(key, `${value}`),
    removeItem: remove,
    get kind() {
      return area.kind();
    },
    get persistent() {
      return area.persistent(prefix);
    },
    onDegraded: (listener) => area.onDegraded(prefix, listener),
  };
}
