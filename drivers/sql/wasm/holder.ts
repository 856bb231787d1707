import type { RemoteReply, RemoteRequest } from "../remote/messages.ts";
import { StatementServer } from "../remote/server.ts";
import type { WasmFile } from "./files.ts";
import { type LineMessage, names, type TabMessage } from "./tab_messages.ts";

/** For so long the holder answers itself before others get their turn. */
const TURN_MS = 4;
/** So long a holder that leaves waits for the others to hear of it; who has ended is not waited for. */
const HEARD_MS = 10_000;

/** Somebody whom the holder serves. */
interface Guest {
  readonly line: BroadcastChannel;
  readonly stop: AbortController;
}

/** Who has the only connection to a database: serves itself, and the others by channels. */
export class Holder {
  readonly #id: string;
  readonly #name: string;
  readonly #file: WasmFile;
  readonly #tabs: BroadcastChannel | undefined;
  readonly #server: StatementServer;
  readonly #own = {};
  readonly #guests = new Map<string, Guest>();
  readonly #locks: LockManager | undefined;
  /** Called when one of the others has parted. */
  #parted: (() => void) | undefined;
  #leaving = false;
  #turned = performance.now();
  #queue: (() => void)[] = [];

  /** `committed` is called when a guest has committed. */
  constructor(
    parts: {
      readonly id: string;
      readonly name: string;
      readonly file: WasmFile;
      readonly tabs: BroadcastChannel | undefined;
      readonly locks: LockManager | undefined;
    },
    committed: () => void,
  ) {
    this.#id = parts.id;
    this.#name = parts.name;
    this.#file = parts.file;
    this.#tabs = parts.tabs;
    this.#locks = parts.locks;
    this.#server = new StatementServer(parts.file.client, (peer) => {
      if (peer !== this.#own) committed();
      this.#tell({ committed: this.#idOf(peer) });
    });
    this.#tell({ holds: this.#id });
  }

  #tell(message: TabMessage): void {
    this.#tabs?.postMessage(message);
  }

  #idOf(peer: object): string {
    for (const [id, guest] of this.#guests) if (guest === peer) return id;
    return this.#id;
  }

  /** Answers a request of its own. Others get their turn now and then, whatever is asked here. */
  ask(request: RemoteRequest, reply: (reply: RemoteReply) => void): void {
    const run = () => this.#server.handle(this.#own, request, reply);
    if (this.#queue.length === 0 && performance.now() - this.#turned < TURN_MS) return run();
    if (this.#queue.push(run) > 1) return;
    setTimeout(() => {
      this.#turned = performance.now();
      const queue = this.#queue;
      this.#queue = [];
      for (const run of queue) run();
    }, 0);
  }

  /** Hears what the others tell. */
  hear(message: TabMessage): void {
    if ("hello" in message && !this.#leaving) this.#welcome(message.hello);
  }

  #welcome(id: string): void {
    if (!this.#guests.has(id)) {
      const guest: Guest = {
        line: new BroadcastChannel(names.line(this.#name, id)),
        stop: new AbortController(),
      };
      this.#guests.set(id, guest);
      guest.line.onmessage = ({ data }: MessageEvent<LineMessage>) => {
        if ("request" in data) {
          if (this.#leaving) return; // the next holder answers it
          this.#server.handle(guest, data.request, (reply) => {
            const message: LineMessage = { reply };
            guest.line.postMessage(message);
          });
        } else if ("bye" in data || "heard" in data) this.#part(id);
      };
      // It has this lock as long as it lives: who gets it then knows.
      const { signal } = guest.stop;
      this.#locks?.request(names.life(this.#name, id), { signal }, () => this.#part(id))
        .catch(() => {}); // it has left before
    }
    this.#tell({ holder: this.#id, to: id });
  }

  #part(id: string): void {
    const guest = this.#guests.get(id);
    if (!guest) return;
    this.#guests.delete(id);
    this.#server.leave(guest);
    guest.line.close();
    guest.stop.abort();
    this.#parted?.();
  }

  /** Lets the database go, after the others have heard of it. */
  async close(): Promise<void> {
    this.#leaving = true;
    this.#server.close();
    try {
      this.#file.close();
    } finally {
      await this.#leave();
    }
  }

  async #leave(): Promise<void> {
    const message: LineMessage = { leaves: true };
    for (const { line } of this.#guests.values()) line.postMessage(message);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#parted?.();
    }, HEARD_MS);
    while (this.#guests.size > 0 && !late) {
      await new Promise<void>((parted) => this.#parted = parted);
    }
    clearTimeout(timer);
    for (const id of [...this.#guests.keys()]) this.#part(id);
  }
}
