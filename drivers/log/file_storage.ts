import { DataError } from "../../schema/errors.ts";
import { type Frame, frameText, isSameFrame, isUnknown, KIND } from "./frame.ts";
import type { LogFile } from "./log_file.ts";
import { corrupt, headSeq, parts } from "./record.ts";
import { scan } from "./scan.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";
import { isOthers, pause, turnName, turnOf } from "./turn.ts";
import { unref } from "../../db/unref.ts";

/** How long a commit waits for the lock. */
const PATIENCE_MS = 15_000;
const POLL_MS = 100;
/** So many bytes at the beginning of a file tell it from one that takes its place. */
const MARK = 16;

/** A log in one file that several processes share: a snapshot, and commits behind it. */
export class FileStorage implements LogStorage {
  readonly #file: LogFile;
  readonly #sync: boolean;
  readonly #name = turnName();
  #id: string | undefined;
  /** How the file begins. */
  #mark: Bytes = new Uint8Array();
  /** How long it is, with what a crash has left of the last write. */
  #size = 0;
  /** Where the next commit goes, and where the snapshot ends. */
  #end = 0;
  #log = 0;
  /** Whether the turn is here. */
  #reserved = false;
  #ending: Promise<unknown> | undefined;

  constructor(file: LogFile, durability: "relaxed" | "strict") {
    this.#file = file;
    this.#sync = durability === "strict";
  }

  get sizes(): { readonly log: number; readonly all: number } {
    return { log: this.#end - this.#log, all: this.#end };
  }

  load(): Promise<readonly Frame[]> {
    return this.#locked(() => this.#whole());
  }
  #whole(): readonly Frame[] {
    const stat = this.#file.stat();
    const bytes = stat ? this.#file.read(0) : new Uint8Array();
    const { frames, end } = scan(bytes);
    // A file comes to be with a whole snapshot in it.
    if (stat && frames.length === 0) throw corrupt("its head is missing");
    this.#id = stat?.id;
    this.#mark = bytes.slice(0, MARK);
    this.#size = bytes.length;
    this.#end = end;
    this.#log = snapshotEnd(frames);
    return frames;
  }

  catchUp(seq: () => number, take: (news: News) => void): Promise<void> {
    return this.#locked(() => take(this.#news(seq())));
  }
  step(seq: () => number, fn: (news: News) => readonly Bytes[]): Promise<void> {
    return this.#locked(() => {
      const frames = fn(this.#news(seq()));
      if (frames.length === 0) return;
      this.#file.append(this.#end, this.#size, frames, this.#sync);
      for (const { length } of frames) this.#end += length;
      this.#size = this.#end;
      if (this.#reserved) this.#endTurn();
    }, true);
  }
  #news(seq: number): News {
    const stat = this.#file.stat();
    if (!stat) {
      if (this.#id === undefined) return { whole: false, frames: [] };
      throw corrupt("its file is gone");
    }
    if (stat.id === this.#id) {
      if (stat.size === this.#size) return { whole: false, frames: [] };
      // The number of a file that is gone may be that of the next one.
      if (isSameFrame(this.#file.read(0, MARK), this.#mark)) {
        if (stat.size < this.#end) throw corrupt("its file has become shorter");
        const bytes = this.#file.read(this.#end);
        const { frames, end } = scan(bytes);
        this.#size = this.#end + bytes.length;
        this.#end += end;
        return { whole: false, frames };
      }
    }
    const frames = this.#whole();
    if (headSeq(frames[0]) > seq) return { whole: true, frames };
    return {
      whole: false,
      frames: frames.filter((frame) => frame.kind === KIND.commit || isUnknown(frame)),
    };
  }

  async reserve(ms: number): Promise<() => void> {
    await this.#locked(() => {
      this.#file.setTurn(turnOf(this.#name, ms));
      this.#reserved = true;
    }, true);
    return () => {
      if (this.#reserved) this.#ending = this.#locked(() => this.#endTurn()).catch(() => {}); // it ends by itself
    };
  }
  #endTurn(): void {
    this.#reserved = false;
    if (this.#file.turn()?.owner === this.#name) this.#file.setTurn(undefined);
  }

  fold(seq: number, snapshot: readonly Bytes[], alone: boolean): Promise<boolean> {
    return this.#locked(() => {
      const before = this.#id;
      const stat = this.#file.stat();
      if (stat?.id !== before) return false; // somebody else has folded it
      const { frames } = scan(stat ? this.#file.read(0) : new Uint8Array());
      const since: Frame[] = [];
      const mark = snapshot[0]?.slice(0, MARK) ?? this.#mark;
      const log = sizeOf(snapshot);
      // What was not seen yet is still news.
      let [at, seen] = [0, log];
      for (const frame of frames) {
        const { length } = frame.bytes;
        at += length;
        if (!isSince(frame, seq, snapshot)) continue;
        since.push(frame);
        if (at <= this.#end) seen += length;
      }
      if (alone && since.some(({ kind }) => kind === KIND.commit)) return false;
      this.#file.replace([...snapshot, ...since.map(({ bytes }) => bytes)]);
      this.#id = this.#file.stat()?.id;
      this.#mark = mark;
      this.#log = log;
      this.#size = this.#end = seen;
      return true;
    });
  }

  moved(): boolean {
    const stat = this.#file.stat();
    return stat?.id !== this.#id || stat !== undefined && stat.size !== this.#size;
  }
  listen(told: () => void): () => void {
    const look = () => {
      let moved = true;
      try {
        moved = this.moved();
      } catch {
        // Who is told meets it.
      }
      if (moved) told();
    };
    const timer: unknown = setInterval(look, POLL_MS);
    unref(timer);
    return () => clearInterval(timer as number); // as it came
  }
  async close(): Promise<void> {
    await this.#ending;
  }

  /** Runs `fn` with the lock; with `inTurn`, when it is nobody else's turn. */
  async #locked<T>(fn: () => T, inTurn = false): Promise<T> {
    const until = performance.now() + PATIENCE_MS;
    for (let looks = 0;; looks++) {
      if (this.#file.lock()) {
        try {
          if (!inTurn || !isOthers(this.#file.turn(), this.#name)) return fn();
        } finally {
          this.#file.unlock();
        }
      }
      if (performance.now() > until) {
        throw new DataError(
          "timeout",
          "Cannot lock the database as others let it go in time: its lock is there",
          { committed: "no" },
        );
      }
      await pause(looks);
    }
  }
}

/** Whether a frame is to stay behind a snapshot of everything up to `seq`. */
export function isSince(frame: Frame, seq: number, snapshot: readonly Bytes[]): boolean {
  return frame.kind === KIND.commit
    ? Number(parts(frameText(frame))[0]) > seq
    : isUnknown(frame) && !snapshot.some((kept) => isSameFrame(kept, frame.bytes));
}

function sizeOf(parts: readonly Bytes[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** The bytes of the snapshot, and of what else is before the first commit. */
export function snapshotEnd(frames: readonly Frame[]): number {
  let at = 0;
  for (const { kind, bytes } of frames) {
    if (kind === KIND.commit) break;
    at += bytes.length;
  }
  return at;
}
