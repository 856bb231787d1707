import { memoryStorage } from "../../../webstorage/mod.ts";

/** A change that a tab has made. */
interface Change {
  readonly tab: FakeTab;
  readonly key: string;
  readonly value: string | null;
}

/** How long a change takes to the browser, and from there to another tab. */
const LATE_MS = 4;

/**
 * An area as several tabs see it: what one changes is seen by itself at once, by the others later, in one
 * order for all. A key that a tab has changed keeps its value there until that change is in the order.
 */
export class FakeTabs {
  readonly #tabs: FakeTab[] = [];
  readonly #items = new Map<string, string>();
  #last = Promise.resolve();
  /** Changes that are on their way. */
  underWay = 0;

  open(): FakeTab {
    const tab: FakeTab = new FakeTab(new Map(this.#items), (key, value) => {
      this.#send({ tab, key, value });
    });
    this.#tabs.push(tab);
    return tab;
  }
  #send(change: Change): void {
    this.underWay++;
    const late = new Promise((done) => setTimeout(done, Math.random() * LATE_MS));
    this.#last = this.#last.then(async () => {
      await late;
      const { key, value } = change;
      if (value === null) this.#items.delete(key);
      else this.#items.set(key, value);
      for (const tab of this.#tabs) tab.arrived(change);
      this.underWay--;
    });
  }
}

export class FakeTab {
  readonly #own: Map<string, string>;
  readonly #send: (key: string, value: string | null) => void;
  /** Changes of a key that are not in the order yet. */
  readonly #pending = new Map<string, number>();
  /** What tells it when something arrives. */
  #arriving = Promise.resolve();

  constructor(items: Map<string, string>, send: (key: string, value: string | null) => void) {
    this.#own = items;
    this.#send = send;
  }

  arrived({ tab, key, value }: Change): void {
    if (tab === this) {
      this.#pending.set(key, (this.#pending.get(key) ?? 0) - 1);
      return;
    }
    const late = new Promise((done) => setTimeout(done, Math.random() * LATE_MS));
    this.#arriving = this.#arriving.then(async () => {
      await late;
      if ((this.#pending.get(key) ?? 0) > 0) return; // its own comes after it
      if (value === null) this.#own.delete(key);
      else this.#own.set(key, value);
    });
  }
  #change(key: string, value: string | null): void {
    if (value === null) this.#own.delete(key);
    else this.#own.set(key, value);
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + 1);
    this.#send(key, value);
  }
  /** The area as this tab has it. */
  get storage(): Storage {
    const own = this.#own;
    const storage = {
      get length() {
        return own.size;
      },
      key: (index: number) => [...own.keys()][index] ?? null,
      getItem: (key: string) => own.get(key) ?? null,
      setItem: (key: string, value: string) => this.#change(key, value),
      removeItem: (key: string) => this.#change(key, null),
    };
    return Object.assign(storage, { clear: memoryStorage().clear }) as unknown as Storage;
  }
}
