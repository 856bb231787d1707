import type { DriverOptions } from "../../../db/driver.ts";
import type { Link, LinkEvents, Linking } from "../remote/client.ts";
import { missing, openFile } from "./files.ts";
import { Holder } from "./holder.ts";
import type { Sqlite3 } from "./oo1.ts";
import { type LineMessage, names, type TabMessage } from "./tab_messages.ts";

/** What a tab works with. */
export interface TabParts {
  readonly sqlite3: Sqlite3;
  readonly name: string;
  readonly options: Pick<DriverOptions, "durability">;
  /** Undefined for a database in memory, which nobody else has. */
  readonly locks: LockManager | undefined;
}

/**
 * One of those who have a database open:
 *
 * ```text
 * waits for the lock  --granted-->  holds it: opens the files, serves the others
 *       | hello                                    | leaves: lets the lock go
 *       v                                          v
 * asks the holder     --it has ended-->  waits for the next one, or is the next one
 * ```
 */
export class Tab implements Linking {
  readonly lasting: boolean;
  readonly replaceable = false;
  readonly tells = true;
  readonly #parts: TabParts;
  readonly #id = Math.random().toString(36).slice(2);
  #tabs: BroadcastChannel | undefined;
  /** Lets go of the lock that says that this one lives. */
  #die: (() => void) | undefined;
  /** Gives up waiting for the holder's lock. */
  readonly #stop = new AbortController();
  /** Lets go of the holder's lock, once this one has it. */
  #release: (() => void) | undefined;
  #holder: Holder | undefined;
  #events: LinkEvents | undefined;
  /** Who is asked while somebody else holds it. */
  #asked: string | undefined;
  /** Called when it may be known who the holder is. */
  #moved: (() => void) | undefined;
  #closed = false;

  constructor(parts: TabParts) {
    this.#parts = parts;
    this.lasting = parts.locks !== undefined;
  }

  async connect(events: LinkEvents): Promise<Link> {
    this.#events = events;
    this.#asked = undefined;
    const { locks, name } = this.#parts;
    if (!locks) return await this.#hold(events);
    if (!this.#tabs) await this.#join(locks, name);
    for (;;) {
      if (this.#closed) throw missing("somebody who waits for it");
      if (this.#release) return await this.#hold(events);
      if (this.#asked !== undefined) return this.#askOther(events);
      const moved = new Promise<void>((resolve) => this.#moved = resolve);
      this.#tell({ hello: this.#id });
      await moved;
    }
  }

  /** Makes itself known, and stands in line for the holder's lock. */
  async #join(locks: LockManager, name: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      locks.request(names.life(name, this.#id), () => {
        resolve();
        return new Promise<void>((die) => this.#die = die);
      }).catch(reject);
    });
    const tabs = this.#tabs = new BroadcastChannel(names.tabs(name));
    tabs.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
    const { signal } = this.#stop;
    locks.request(names.holder(name), { signal }, () => {
      const held = new Promise<void>((release) => this.#release = release);
      // Who held it has ended without a word, or this one is the first.
      this.#asked === undefined ? this.#move() : this.#lose(false);
      return held;
    }).catch(() => {}); // it was closed before its turn
  }

  #tell(message: TabMessage): void {
    this.#tabs?.postMessage(message);
  }
  #move(): void {
    this.#moved?.();
    this.#moved = undefined;
  }
  /** Who was asked has ended. */
  #lose(clean: boolean): void {
    this.#asked = undefined;
    this.#events?.ended(clean);
    this.#move();
  }

  #hear(message: TabMessage): void {
    this.#holder?.hear(message);
    if ("committed" in message) {
      if (message.committed !== this.#id) this.#events?.committed();
    } else if ("holder" in message) {
      if (message.to !== this.#id || this.#release) return;
      if (this.#asked === undefined) {
        this.#asked = message.holder;
        this.#move();
      }
    } else if ("holds" in message && !this.#release) {
      // The one before has ended; if that was told it is forgotten already.
      if (this.#asked === undefined) this.#tell({ hello: this.#id });
      else if (this.#asked !== message.holds) this.#lose(false);
    }
  }

  /** The way to a database that this one holds. */
  async #hold(events: LinkEvents): Promise<Link> {
    const { sqlite3, name, options, locks } = this.#parts;
    if (!this.#holder) {
      try {
        const file = await openFile(sqlite3, name, options);
        const parts = { id: this.#id, name, file, tabs: this.#tabs, locks };
        this.#holder = new Holder(parts, () => this.#events?.committed());
      } catch (error) {
        this.#release?.(); // another may have more luck
        throw error;
      }
    }
    const holder = this.#holder;
    return {
      send: (request) => holder.ask(request, (reply) => events.reply(reply)),
      hold: () => {},
      end: () => {},
      close: () => Promise.resolve(), // by `close` below
    };
  }

  /** The way to another who holds it. */
  #askOther(events: LinkEvents): Link {
    const line = new BroadcastChannel(names.line(this.#parts.name, this.#id));
    line.onmessage = ({ data }: MessageEvent<LineMessage>) => {
      if ("reply" in data) events.reply(data.reply);
      else if ("leaves" in data) {
        send({ heard: true });
        this.#lose(true);
      }
    };
    const send = (message: LineMessage) => line.postMessage(message);
    const end = () => line.close();
    return {
      send: (request) => send({ request }),
      hold: () => {},
      end,
      close() {
        send({ bye: true });
        end();
        return Promise.resolve();
      },
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events = undefined;
    this.#stop.abort();
    this.#move();
    await this.#holder?.close();
    this.#holder = undefined;
    this.#tabs?.close();
    this.#release?.();
    this.#die?.();
  }
}
