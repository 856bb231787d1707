import type { Driver, DriverOptions, DriverSession } from "../../../db/driver.ts";
import { FileStorage } from "../../../drivers/log/file_storage.ts";
import type { LogFile } from "../../../drivers/log/log_file.ts";
import { openLog } from "../../../drivers/log/open_log.ts";
import { recoverRows } from "../../../drivers/log/recover.ts";
import type { Bytes } from "../../../drivers/log/storage.ts";
import type { Turn } from "../../../drivers/log/turn.ts";
import { DataError } from "../../../mod.ts";

/** That the process has ended in the middle of what it did. */
export class Crash extends Error {}

/** One file and what is beside it, in memory. */
export class FakeDisk {
  file: { readonly id: string; bytes: Bytes } | undefined;
  locked: FakeFile | undefined;
  turn: Turn & { readonly file: FakeFile } | undefined;
  /** No more bytes than these. */
  roomBytes = Infinity;
  /** Operations that were done, and how many there may be until the process ends. */
  operations = 0;
  stopAfter = Infinity;
  #files = 0;

  place(bytes: Bytes): void {
    this.file = { id: `${++this.#files}`, bytes };
  }
  get bytes(): Bytes {
    return this.file?.bytes ?? new Uint8Array();
  }
}

/** The file as one process has it. */
export class FakeFile implements LogFile {
  dead = false;
  constructor(readonly disk: FakeDisk) {}

  #operation(): void {
    if (this.dead || this.disk.operations >= this.disk.stopAfter) {
      this.dead = true;
      throw new Crash("The process has ended");
    }
    this.disk.operations++;
  }
  #room(bytes: number): void {
    if (bytes <= this.disk.roomBytes) return;
    throw new DataError("full", "Cannot write as there is room: there is none", {
      committed: "no",
    });
  }

  stat(): { readonly id: string; readonly size: number } | undefined {
    const { file } = this.disk;
    return file && { id: file.id, size: file.bytes.length };
  }
  read(from: number, length = Infinity): Bytes {
    return this.disk.bytes.slice(from, from + length);
  }
  append(at: number, size: number, bytes: readonly Bytes[]): void {
    const { file } = this.disk;
    if (file?.bytes.length !== size) throw new Error("Somebody else has written");
    const part = (end: number) => {
      this.#operation();
      file.bytes = joined([file.bytes, ...bytes]).slice(0, end);
    };
    this.#operation();
    file.bytes = file.bytes.slice(0, at);
    const all = at + joined(bytes).length;
    this.#room(all);
    // A write goes there in pieces.
    const before = file.bytes;
    for (const share of [0.3, 0.6, 1]) {
      file.bytes = before;
      part(at + Math.ceil((all - at) * share));
    }
    this.#operation(); // sync
  }
  replace(bytes: readonly Bytes[]): void {
    this.#operation(); // the new file is written
    this.#room(joined(bytes).length + this.disk.bytes.length);
    this.#operation();
    this.disk.place(joined(bytes));
    this.#operation();
  }
  lock(): boolean {
    this.#operation();
    if (this.disk.locked && !this.disk.locked.dead) return false;
    this.disk.locked = this;
    return true;
  }
  unlock(): void {
    if (!this.dead) this.disk.locked = undefined;
  }
  turn(): Turn | undefined {
    return this.disk.turn?.file.dead ? undefined : this.disk.turn;
  }
  setTurn(turn: Turn | undefined): void {
    this.#operation();
    this.disk.turn = turn && { ...turn, file: this };
  }
}

/** A driver over a fake disk; each time that it is opened is a process of its own. */
export interface FakeDriver extends Driver {
  /** What was opened, the last one first. */
  readonly sessions: DriverSession[];
}

export function fakeDriver(disk: FakeDisk): FakeDriver {
  const sessions: DriverSession[] = [];
  return {
    name: "log",
    sessions,
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    async open(options: DriverOptions) {
      const storage = new FileStorage(new FakeFile(disk), options.durability);
      const session = await openLog(storage, "log", options);
      sessions.unshift(session);
      return session;
    },
    async *recover() {
      yield* recoverRows(disk.bytes);
    },
  };
}

export function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
