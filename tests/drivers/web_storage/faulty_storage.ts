import { memoryStorage } from "../../../webstorage/mod.ts";
import type { Faults } from "../../support/faults.ts";

/** A storage whose calls fail as `faults` says. */
export function faultyStorage(faults: Faults, storage: Storage = memoryStorage()): Storage {
  const faulty = {
    get length() {
      return faults.call(() => storage.length);
    },
    key: (index: number) => faults.call(() => storage.key(index)),
    getItem: (key: string) => faults.call(() => storage.getItem(key)),
    setItem: (key: string, value: string) => faults.call(() => storage.setItem(key, value)),
    removeItem: (key: string) => faults.call(() => storage.removeItem(key)),
    clear: () => faults.call(() => storage.clear()),
  };
  return faulty as Storage;
}

/** A storage with so many UTF-16 units of names and values, as browsers count them. */
export class SmallStorage {
  readonly storage: Storage = memoryStorage();
  constructor(public roomUnits: number) {}

  used = 0;
  /** The standard's methods. */
  get area(): Storage {
    const { storage } = this;
    const set = (key: string, value: string) => {
      const before = storage.getItem(key);
      const more = value.length - (before?.length ?? 0) + (before === null ? key.length : 0);
      if (more > 0 && this.used + more > this.roomUnits) {
        throw new DOMException("Full", "QuotaExceededError");
      }
      this.used += more;
      storage.setItem(key, value);
    };
    const remove = (key: string) => {
      const before = storage.getItem(key);
      if (before !== null) this.used -= key.length + before.length;
      storage.removeItem(key);
    };
    return {
      get length() {
        return storage.length;
      },
      key: (index: number) => storage.key(index),
      getItem: (key: string) => storage.getItem(key),
      setItem: set,
      removeItem: remove,
      clear: () => storage.clear(),
    } as Storage;
  }
}
