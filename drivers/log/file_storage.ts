import { DataError } from "../../schema/errors.ts";
import { frameText, KIND } from "./frame.ts";
import { corrupt, parts } from "./record.ts";
import { scan, type Scanned } from "./scan.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";

/** One file that may be replaced as a whole, and a lock beside it. */
export interface LogFile {
  /** What tells this file from one that takes its place, and its bytes; undefined when there is none. */
  stat(): { readonly id: string; readonly size: number } | undefined;
  /** The bytes from a place on. */
  read(from: number): Bytes;
  /** Writes at a place, where the file ends then; `sync` has it on the disk. */
  append(at: number, bytes: readonly Bytes[], sync: boolean): void;
  /** Puts a new file in its place, all or nothing, on the disk. */
  replace(bytes: readonly Bytes[]): void;
  /** Takes the lock unless somebody has it; one that a dead process has left counts as free. */
  lock(): boolean;
  unlock(): void;
}

/** How long a commit waits for the lock. */
const PATIENCE_MS = 10_000;
const POLL_MS = 100;

/** A log in one file that several processes share: a snapshot, and commits behind it. */
export class FileStorage implements LogStorage {
  readonly #file: LogFile;
  readonly #sync: boolean;
  #id: string | undefined;
  /** Where the next commit goes, and where the snapshot ends. */
  #end = 0;
  #log = 0;

  constructor(file: LogFile, durability: "relaxed" | "strict") {
    this.#file = file;
    this.#sync = durability === "strict";
  }

  get sizes(): { readonly log: number; readonly all: number } {
    return { log: this.#end - this.#log, all: this.#end };
  }

  load(): Promise<Bytes> {
    return this.#locked(() => this.#whole());
  }
  #whole(): Bytes {
    const stat = this.#file.stat();
    const bytes = stat ? this.#file.read(0) : new Uint8Array();
    const scanned = scan(bytes);
    this.#id = stat?.id;
    this.#end = scanned.end;
    this.#log = snapshotEnd(scanned);
    return bytes.subarray(0, scanned.end);
  }

  step(seq: number, fn: (news: News) => readonly Bytes[]): Promise<void> {
    return this.#locked(() => {
      const news = this.#news(seq);
      const frames = fn(news);
      if (frames.length === 0) return;
      this.#file.append(this.#end, frames, this.#sync);
      for (const { length } of frames) this.#end += length;
    });
  }
  /** What came since; a torn end is written over by whoever comes next. */
  #news(seq: number): News {
    const stat = this.#file.stat();
    if (!stat) {
      if (this.#id === undefined) return { whole: false, frames: [] };
      throw corrupt("its file is gone");
    }
    if (stat.id === this.#id) {
      if (stat.size === this.#end) return { whole: false, frames: [] };
      if (stat.size < this.#end) throw corrupt("its file has become shorter");
      const { frames, end } = scan(this.#file.read(this.#end));
      this.#end += end;
      return { whole: false, frames: frames.map(({ bytes }) => bytes) };
    }
    const bytes = this.#whole();
    const { frames } = scan(bytes);
    if (headSeq(frames) > seq) return { whole: true, frames: bytes };
    const commits = frames.filter(({ kind }) => kind === KIND.commit);
    return { whole: false, frames: commits.map((frame) => frame.bytes) };
  }

  fold(seq: number, snapshot: readonly Bytes[], alone: boolean): Promise<boolean> {
    return this.#locked(() => {
      const before = this.#id;
      const stat = this.#file.stat();
      if (stat?.id !== before) return false; // somebody else has folded it
      const { frames } = scan(stat ? this.#file.read(0) : new Uint8Array());
      const since = frames.filter((frame) =>
        frame.kind === KIND.commit && Number(parts(frameText(frame))[0]) > seq
      );
      if (alone && since.length > 0) return false;
      this.#file.replace([...snapshot, ...since.map(({ bytes }) => bytes)]);
      this.#whole();
      return true;
    });
  }

  moved(): boolean {
    const stat = this.#file.stat();
    return stat?.id !== this.#id || stat !== undefined && stat.size !== this.#end;
  }
  listen(told: () => void): () => void {
    const timer: unknown = setInterval(() => {
      if (this.moved()) told();
    }, POLL_MS);
    unref(timer);
    return () => clearInterval(timer as number); // as it came
  }
  close(): Promise<void> {
    return Promise.resolve();
  }

  async #locked<T>(fn: () => T): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let pauseMs = 0; !this.#file.lock(); pauseMs = Math.min(pauseMs + 1, 20)) {
      if (performance.now() > until) {
        throw new DataError(
          "timeout",
          "Cannot lock the database as others let it go in time: its lock is there",
          { committed: "no" },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs * Math.random()));
    }
    try {
      return fn();
    } finally {
      this.#file.unlock();
    }
  }
}

/** The number of the last commit that a snapshot has. */
function headSeq([head]: Scanned["frames"]): number {
  return head ? Number(parts(frameText(head))[0]) : 0;
}

function snapshotEnd({ frames }: Scanned): number {
  let at = 0;
  for (const { kind, bytes } of frames) {
    if (kind === KIND.commit) break;
    at += bytes.length;
  }
  return at;
}

/** A timer that keeps no program alive, where the platform can say so. */
function unref(timer: unknown): void {
  const method: unknown = typeof timer === "object" && timer !== null
    ? Reflect.get(timer, "unref")
    : undefined;
  if (typeof method === "function") method.call(timer);
}
