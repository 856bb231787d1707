/**
 * Safe access to a `Storage` object: every call is caught, and what is known stays known.
 *
 * ```text
 *            working                                    broken, missing, or of no storage
 * storage    what counts, but for loose keys            never touched again
 * texts      a copy of what was read and written        what counts
 * loose      keys that did not fit: in texts alone      empty
 * ```
 *
 * @module
 */
import type { WebStorage } from "./types.ts";

/** What all keys begin with; nothing else in an area is ours. */
export const PREFIX = "strata-cache:";

/** Where an area finds what the platform has. */
export interface AreaSource {
  /** Called once, at the first use; may throw. */
  storage(): Storage | null | undefined;
  /** What hears of changes in other tabs. */
  readonly events?: Pick<EventTarget, "addEventListener">;
  /** What reaches other tabs where storage does not; may throw. */
  channel?(name: string): Channel;
}
/** What is used of a BroadcastChannel, whose type Node's libraries lack. */
interface Channel {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
}

type Listener = (key: string | undefined) => void;
type DegradedListener = (reason: string, key: string | undefined) => void;

/** A set of texts by key that never throws. */
export interface Area {
  kind(): WebStorage["kind"];
  /** Whether what begins with `prefix` survives a reload, as far as one can know. */
  persistent(prefix: string): boolean;
  read(key: string): string | undefined;
  /** False when the area is full; then nothing has changed. */
  write(key: string, text: string): boolean;
  /** Keeps in memory what did not fit, without what the area had before. */
  keep(key: string, text: string): void;
  remove(key: string): void;
  /** In no order. */
  keys(prefix: string): string[];
  /** Of these keys, the texts are in memory alone, though storage works. */
  readonly loose: ReadonlySet<string>;
  /** When a key was last used on this page: a count. */
  readonly used: ReadonlyMap<string, number>;
  /** Counts as a use; reading does not. */
  touch(key: string): void;
  /** Hears of each change of a text; undefined stands for all keys. */
  listen(listener: Listener): () => void;
  onDegraded(prefix: string, listener: DegradedListener): () => void;
}

/** Whether an error says that a quota is used up, in whatever browser. */
export function isFull(error: unknown): boolean {
  // Anything may be thrown; what has no such properties is no quota error.
  const { name, code } = (error ?? {}) as Partial<DOMException>;
  return name === "QuotaExceededError" || name === "NS_ERROR_DOM_QUOTA_REACHED" ||
    code === 22 || code === 1014;
}

/** All keys; `Object.keys` leaves out those that are named as a method. */
export function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
}

function add<T>(to: Set<T>, item: T): () => void {
  to.add(item);
  return () => void to.delete(item);
}

function tell<A extends unknown[]>(all: ReadonlySet<(...args: A) => void>, ...args: A): void {
  for (const listener of [...all]) {
    try {
      if (all.has(listener)) listener(...args);
    } catch (error) {
      console.error(error); // the write is done, and the others are still to hear of it
    }
  }
}

/** An area on what `source` has, or in memory without one. Nothing is touched before it is used. */
export function openArea(kind: WebStorage["kind"], source?: AreaSource): Area {
  const texts = new Map<string, string>();
  const loose = new Set<string>();
  const used = new Map<string, number>();
  const listeners = new Set<Listener>();
  const degraded = new Set<DegradedListener>();
  let storage: Storage | null | undefined;
  let working = source;
  let channel: Pick<BroadcastChannel, "postMessage" | "onmessage"> | undefined;
  let reason: string | undefined;
  let uses = 0;

  /** What others have done: `key` is null if they cleared the area. */
  const heard = (key: unknown, text: unknown) => {
    if (key === null) {
      texts.clear();
      loose.clear();
      tell(listeners, undefined);
    } else if (typeof key === "string" && key.startsWith(PREFIX)) {
      loose.delete(key);
      if (typeof text === "string") texts.set(key, text);
      else texts.delete(key);
      tell(listeners, key);
    }
  };
  const changed = (key: string, text?: string) => {
    try {
      channel?.postMessage([key, text]);
    } catch {
      // Closed with its document.
    }
    tell(listeners, key);
  };

  const open = (source: AreaSource) => {
    const found = storage = source.storage();
    // One type for the events of a page, whatever target they come from.
    const on = source.events?.addEventListener.bind(source.events) as
      | typeof addEventListener
      | undefined;
    on?.("storage", ({ storageArea, key, newValue }) => {
      if (storageArea === found) heard(key, newValue);
    });
    // A page that was away has missed what happened.
    on?.("pageshow", ({ persisted }) => persisted && tell(listeners, undefined));
    // Where nothing is stored it may be that nothing can be, as in private windows of old Safari.
    if (found?.length === 0) {
      found.setItem(PREFIX, "");
      found.removeItem(PREFIX);
    }
    return found;
  };

  const degrade = (why: unknown) => {
    const { channel: connect } = working ?? {};
    working = undefined;
    try {
      // It may be that this one call failed, and what was not read yet can be.
      for (const key of storage ? keysOf(storage) : []) {
        const text = key.startsWith(PREFIX) && !texts.has(key) && storage?.getItem(key);
        if (typeof text === "string") texts.set(key, text);
      }
    } catch {
      // It is broken for good.
    }
    loose.clear();
    try {
      channel = connect?.(PREFIX + kind);
      if (channel) {
        // As text: nobody clears others by a channel.
        channel.onmessage = ({ data }) => Array.isArray(data) && heard(`${data[0]}`, data[1]);
      }
    } catch {
      // Then this page is alone.
    }
    tell(degraded, reason = `unavailable: ${why}`, undefined);
  };

  /** Runs `call` on the storage while that works, else `otherwise`. */
  const attempt = <T>(call: (storage: Storage) => T, otherwise: () => T): T => {
    if (working) {
      try {
        const found = storage ?? open(working);
        if (found) return call(found);
        degrade("missing");
      } catch (error) {
        degrade(error instanceof Object && "name" in error ? error.name : error);
      }
    }
    return otherwise();
  };

  return {
    loose,
    used,
    touch: (key) => void used.set(key, ++uses),
    kind: () => attempt(() => kind, () => reason ? "memory" : kind),
    persistent: (prefix) =>
      attempt(() => ![...loose].some((key) => key.startsWith(prefix)), () => false),
    read(key) {
      const known = () => texts.get(key);
      return loose.has(key) ? known() : attempt((storage) => {
        const text = storage.getItem(key);
        if (text === null) texts.delete(key);
        else texts.set(key, text);
        return known();
      }, known);
    },
    write(key, text) {
      const fits = attempt((storage) => {
        try {
          storage.setItem(key, text);
        } catch (error) {
          if (isFull(error)) return false;
          throw error;
        }
        loose.delete(key);
        return true;
      }, () => true);
      if (fits) {
        texts.set(key, text);
        changed(key, text);
      }
      return fits;
    },
    keep(key, text) {
      const news = !loose.has(key);
      loose.add(key);
      attempt((storage) => storage.removeItem(key), () => {});
      texts.set(key, text);
      changed(key, text);
      if (news && working) tell(degraded, "full", key);
    },
    remove(key) {
      attempt((storage) => storage.removeItem(key), () => {});
      texts.delete(key);
      loose.delete(key);
      used.delete(key);
      changed(key);
    },
    keys: (prefix) =>
      attempt((storage) => [...new Set([...keysOf(storage), ...loose])], () => [...texts.keys()])
        .filter((key) => key.startsWith(prefix)),
    listen: (listener) => add(listeners, listener),
    onDegraded(prefix, listener) {
      const isLoose = [...loose].some((key) => key.startsWith(prefix));
      const own: DegradedListener = (reason, key = prefix) => {
        if (key.startsWith(prefix)) listener(reason, key);
      };
      if (reason || isLoose) tell(new Set([own]), reason ?? "full", undefined);
      return add(degraded, own);
    },
  };
}
